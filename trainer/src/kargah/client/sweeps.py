"""Sweeps: several settings of a recipe tried as jobs of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from tqdm import tqdm

from kargah.client.errors import SweepFailed
from kargah.client.jobs import BAR, JOBS, LOOK_AGAIN_SECONDS, Job
from kargah.client.transport.http import API, Http
from kargah.client.transport.live import live_feed
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    from kargah.client import wire

    Dimension = wire.SweepDimension | Sequence[Any] | tuple[Any, ...]

SWEEPS = f"{API}/train/sweeps"
DONE = ("succeeded", "failed", "pruned", "stopped")


class Sweep:
    """A sweep of mine, as it was when it was last heard of."""

    def __init__(self, http: Http, data: wire.Sweep) -> None:
        self._http = http
        self.data = data

    @property
    def id(self) -> str:
        return self.data["sweep_id"]

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def state(self) -> wire.SweepState:
        return self.data["state"]

    @property
    def ended(self) -> bool:
        return self.data["ended_at"] is not None

    @property
    def counts(self) -> wire.SweepCounts:
        """Its jobs so far, by how they stand."""
        return self.data["counts"]

    @property
    def error(self) -> wire.Failure | None:
        """`{code, detail, detail_fa}` of a failed sweep."""
        return self.data["error"]

    @property
    def best(self) -> Job | None:
        """The job with the best figure so far."""
        best = self.data["best"]
        return None if best is None else Job(self._http, self._http.json("GET", f"{JOBS}/{best['job_id']}"))

    @property
    def best_params(self) -> dict[str, Any] | None:
        """The setting of the best job so far: only what the sweep varies."""
        best = self.data["best"]
        return None if best is None else dict(best["params"])

    @property
    def best_value(self) -> float | None:
        """The best figure so far, of `data["metric"]`."""
        best = self.data["best"]
        return None if best is None else best["value"]

    def jobs(self) -> list[Job]:
        """In the order in which they were begun."""
        return [Job(self._http, item) for item in pages(self._http, JOBS, {"sweep_id": self.id})][::-1]

    def refresh(self) -> Sweep:
        self.data = self._http.json("GET", f"{SWEEPS}/{self.id}")
        return self

    def stream(self) -> Iterator[Sweep]:
        """This sweep at every change until it has ended."""
        with live_feed(self._http) as feed:
            yield self.refresh()
            while not self.ended:
                event = feed.next(LOOK_AGAIN_SECONDS)
                if event is None:
                    yield self.refresh()
                elif event.kind == "sweep" and event.data["sweep"]["sweep_id"] == self.id:
                    self.data = event.data["sweep"]
                    yield self

    def watch(self) -> Sweep:
        """Shows a progress bar with the best figure until the sweep has ended, and returns it.

        Raises:
            SweepFailed: all its jobs failed, or it was stopped.
        """
        with tqdm(total=self.data["trials"], desc=self.name, file=sys.stdout, bar_format=BAR, ncols=120) as bar:
            for sweep in self.stream():
                counts = sweep.counts
                bar.n = sum(cast(Mapping[str, int], counts)[key] for key in DONE)
                shown = {key: str(counts[key]) for key in ("running", "pruned", "failed") if counts[key]}
                if (value := sweep.best_value) is not None and (metric := sweep.data["metric"]) is not None:
                    shown = {metric["key"]: f"{value:.4g}", **shown}
                bar.set_postfix(shown, refresh=True)
        if self.state != "succeeded":
            raise SweepFailed(self)
        return self

    def wait(self) -> Sweep:
        """Like `watch`, in silence, and without an exception: look at `state`."""
        for _ in self.stream():
            pass
        return self

    def stop(self) -> Sweep:
        """Begins no further job and stops those that run; it is `stopped` once nothing of it is left (`wait()`)."""
        self.data = self._http.json("POST", f"{SWEEPS}/{self.id}/stop")
        return self

    def delete(self) -> None:
        """With its jobs and their runs; it must have ended."""
        self._http.request("DELETE", f"{SWEEPS}/{self.id}")

    def __repr__(self) -> str:
        return f"<Sweep {self.name!r} {self.id}: {self.state}>"


def dimension(given: Dimension) -> wire.SweepDimension:
    """`[1, 2, 3]` is a choice, `(1, 8)` whole numbers from 1 to 8, `(0.1, 0.5)` a range, `(1e-4, 1e-1, "log")` an even
    one in the logarithm.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(given, Mapping):
        return cast("wire.SweepDimension", dict(given))
    if isinstance(given, list):
        return {"kind": "choice", "values": given}
    if isinstance(given, tuple) and len(given) in (2, 3) and given[2:] in ((), ("log",)):
        low, high = given[:2]
        whole = all(isinstance(end, int) and not isinstance(end, bool) for end in (low, high))
        log = len(given) == 3
        if whole:
            return {"kind": "int", "low": low, "high": high, "log": log}
        return {"kind": "float", "low": float(low), "high": float(high), "log": log}
    raise ValueError(f"a list of values, (low, high) or (low, high, 'log') is expected, not {given!r}")
