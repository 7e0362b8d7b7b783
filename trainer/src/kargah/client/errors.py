"""What can go wrong, with a stable `code` and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class KargahError(Exception):
    """The bridge refused or failed. Programs test `code`; people read `message` or `message_fa` (Persian)."""

    def __init__(
        self,
        code: str,
        message: str,
        message_fa: str = "",
        *,
        status: int | None = None,
        request_id: str | None = None,
        errors: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        self.code, self.message, self.message_fa = code, message, message_fa or message
        self.status, self.request_id, self.errors = status, request_id, errors
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"{self.message} [{self.code}]"]
        lines += [f"  {e.get('path')}: {e.get('message')}" for e in self.errors]
        if self.message_fa != self.message:
            # A right-to-left isolate keeps the sentence whole in a left-to-right terminal, whatever it begins with.
            lines.append(f"\u2067{self.message_fa}\u2069")
        return "\n".join(lines)

    @classmethod
    def from_problem(cls, status: int, body: Any) -> KargahError:
        """From an RFC 9457 answer, or from whatever else came instead of one."""
        if not isinstance(body, dict) or "code" not in body:
            return cls("unexpected_answer", f"The bridge answered with status {status}.", status=status)
        return cls(
            str(body["code"]),
            str(body.get("detail") or body.get("title") or body["code"]),
            str(body.get("detail_fa") or ""),
            status=status,
            request_id=body.get("request_id"),
            errors=tuple(body.get("errors") or ()),
        )


class BridgeNotFound(KargahError):
    """No bridge is running here, or it does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "bridge_not_found",
            f"Kargah does not answer: {reason}. Start it with `npm start` or `npm run bridge`, or set KARGAH_URL.",
            "کارگاه پاسخ نمی‌دهد. آن را با npm start روشن کنید یا KARGAH_URL را بگذارید.",
        )


class JobFailed(KargahError):
    """A watched job ended without success; `job` is as it ended."""

    def __init__(self, job: Any) -> None:
        self.job = job
        failure = job.error or {}
        words = {
            "failed": ("The job failed.", "کار ناموفق بود."),
            "stopped": ("The job was stopped.", "کار متوقف شد."),
            "lost": ("There is no word from the job.", "از کار خبری نیست."),
        }
        message, message_fa = words.get(job.state, (f"The job ended as {job.state}.", ""))
        super().__init__(
            str(failure.get("code") or f"job_{job.state}"),
            str(failure.get("detail") or message),
            str(failure.get("detail_fa") or message_fa),
        )


class SweepFailed(KargahError):
    """A watched sweep ended without success; `sweep` is as it ended."""

    def __init__(self, sweep: Any) -> None:
        self.sweep = sweep
        failure = sweep.error or {}
        super().__init__(
            str(failure.get("code") or f"sweep_{sweep.state}"),
            str(failure.get("detail") or "The sweep was stopped."),
            str(failure.get("detail_fa") or "جست‌وجو متوقف شد."),
        )
