"""Model cards: what is known of a registered version, and what people wrote on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack

if TYPE_CHECKING:
    from kargah.client import wire
    from kargah.client.transport.http import Http

Language = Literal["fa", "en"]


class ModelCard:
    """The card of a version, as it was when it was last asked for; a notebook shows it."""

    def __init__(self, http: Http, path: str, data: wire.ModelCard) -> None:
        self._http = http
        self._path = path
        self.data = data

    @property
    def fields(self) -> wire.CardFieldsOutput:
        """What people wrote."""
        return self.data["fields"]

    @property
    def facts(self) -> wire.CardFacts:
        """What is known without anybody's words."""
        return self.data["facts"]

    @property
    def missing(self) -> list[wire.CardField]:
        """What has to be filled, and is not."""
        return self.data["missing"]

    def markdown(self, language: Language = "fa") -> str:
        """As Hugging Face's model cards are: YAML front matter, then Markdown. It says what the card says now."""
        return self._http.request("GET", f"{self._path}/markdown", params={"language": language}).text

    def fill(self, **fields: Unpack[wire.CardFields]) -> ModelCard:
        """Writes these fields; the others stay as they are on this card.

        Raises:
            KargahError: `card_moved` where somebody wrote on it since this card was asked for.
        """
        body = {"fields": {**self.fields, **fields}, "revision": self.data["revision"]}
        self.data = self._http.json("PUT", self._path, json=body)
        return self

    def _repr_markdown_(self) -> str:
        return self.markdown().split("\n---\n", 1)[-1]

    def __repr__(self) -> str:
        missing = f", missing: {', '.join(self.missing)}" if self.missing else ""
        return f"<ModelCard {self.data['name']!r} {self.data['version']}, revision {self.data['revision']}{missing}>"
