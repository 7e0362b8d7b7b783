"""Jobs beside each other: what they differ in, what they reached, and their curves."""

from __future__ import annotations

import html
import json
import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from kargah.client.errors import KargahError
from kargah.client.jobs import Job
from kargah.client.transport.http import API, Http

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas

    from kargah.client import wire

    Figure = Literal["best", "last", "min", "max"]

MAGIC = b"KGC1"
HEAD = 8
MOST_SHOWN = 50
"""Rows of the card; the table has all."""


class Comparison:
    """Up to a thousand jobs beside each other.

    In a notebook it shows itself as a card; `table()` and `curves()` are DataFrames. `data` is what the bridge said,
    `not_found` the ids of jobs that are not there, or of another project.
    """

    def __init__(self, answer: bytes) -> None:
        """
        Raises:
            ValueError: `answer` is no comparison, or was cut.
        """
        if answer[:4] != MAGIC or len(answer) < HEAD:
            raise ValueError("this is no comparison of jobs")
        (length,) = struct.unpack_from("<I", answer, 4)
        self.data: wire.Comparison = json.loads(answer[HEAD : HEAD + length])
        self._numbers = answer[HEAD + length :]

    @property
    def jobs(self) -> list[wire.ComparedJob]:
        return self.data["jobs"]

    @property
    def not_found(self) -> list[str]:
        return self.data["not_found"]

    @property
    def metrics(self) -> list[str]:
        """Those whose figures and curves are here."""
        return [metric["key"] for metric in self.data["metrics"]]

    def table(self, figure: Figure = "best", differs: bool = True) -> pandas.DataFrame:
        """A row for each job, by its id: name, state, dataset and parameters, then metrics and the report's figures.

        Args:
            figure: of each metric; the best is the last one where nobody says which end is the good one.
            differs: leaves out what is the same for all jobs.
        """
        import pandas as pd

        given = pd.DataFrame([_facts(job) for job in self.jobs], index=self._index())
        if differs and len(given) > 1:
            kept = [name for name in given if len({json.dumps(value, default=str) for value in given[name]}) > 1]
            given = given[kept]
        reached = pd.DataFrame([self._figures(job, figure) for job in self.jobs], index=self._index())
        told = pd.DataFrame([_reported(job) for job in self.jobs], index=self._index())
        named = pd.DataFrame({"name": [job["name"] for job in self.jobs], "state": [job["state"] for job in self.jobs]})
        return pd.concat([named.set_index(self._index()), given, reached, told], axis=1)

    def curves(self, metric: str | None = None) -> pandas.DataFrame:
        """A row for each stretch of each job's curve: `job_id`, `metric`, `step`, `seconds`, `mean`, `min`, `max`.

        Seconds count from the job's first point; a stretch without a finite number is NaN.

        Args:
            metric: only this one.
        """
        import numpy as np
        import pandas as pd

        numbers = np.frombuffer(self._numbers, dtype="<f4")
        pieces: list[pandas.DataFrame] = []
        for job in self.jobs:
            for series in job["series"]:
                key = self.data["metrics"][series["metric"]]["key"]
                if metric in (None, key):
                    pieces.append(pd.DataFrame({"job_id": job["job_id"], "metric": key, **_curve(numbers, series)}))
        names = ["job_id", "metric", "step", "seconds", "mean", "min", "max"]
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=names)

    def __len__(self) -> int:
        return len(self.jobs)

    def __repr__(self) -> str:
        gone = f", {len(self.not_found)} not found" if self.not_found else ""
        return f"<Comparison of {len(self)} jobs by {', '.join(self.metrics) or 'no metric'}{gone}>"

    def _repr_html_(self) -> str:
        """The card: text of people is never HTML here."""
        table = self.table()
        shown = table.head(MOST_SHOWN).to_html(escape=True, border=0, float_format="{:.4g}".format, na_rep="—")
        rest = (
            f"<p>{MOST_SHOWN} of {len(table)} jobs; <code>.table()</code> has all.</p>"
            if len(table) > MOST_SHOWN
            else ""
        )
        gone = f"<p>Not found: {html.escape(', '.join(self.not_found))}</p>" if self.not_found else ""
        return f'<div dir="ltr"><b>{len(self)} jobs</b>{shown}{rest}{gone}</div>'

    def _index(self) -> pandas.Index[str]:
        import pandas as pd

        return pd.Index([job["job_id"] for job in self.jobs], name="job_id")

    def _figures(self, job: wire.ComparedJob, figure: Figure) -> dict[str, float]:
        """NaN for a metric that the job has not logged."""
        found = dict.fromkeys(self.metrics, float("nan"))
        for series in job["series"]:
            metric = self.data["metrics"][series["metric"]]
            asked = (metric["better"] or "last") if figure == "best" else figure
            value = cast("float | str | None", series[asked])
            found[metric["key"]] = float("nan") if value is None else float(value)
        return found


def compare(http: Http, jobs: Iterable[Job | str], metrics: Sequence[str] | None = None) -> Comparison:
    """See `Kargah.compare`."""
    ids = [job.id if isinstance(job, Job) else str(job) for job in jobs]
    if not ids:
        raise KargahError("validation_failed", "Name the jobs to compare.", "کارهایی را که باید مقایسه شوند نام ببرید.")
    body = {"job_ids": ids} | ({} if metrics is None else {"metrics": list(metrics)})
    return Comparison(http.request("POST", f"{API}/compare", json=body).content)


def _facts(job: wire.ComparedJob) -> dict[str, Any]:
    script, dataset = job["script"], job["dataset"]
    return {
        "recipe": job["recipe"] or (script and script["path"]),
        "args": script and " ".join(script["args"]),
        "dataset": dataset and dataset["name"],
        "dataset_version": dataset and dataset["version"],
        "dataset_sha256": dataset and dataset["sha256"],
        "split": dataset and dataset["split_id"],
        **job["params"],
    }


def _reported(job: wire.ComparedJob) -> dict[str, float | None]:
    report = job["report"]
    if report is None:
        return {}
    return {f"{report['part']} {name}": figure["value"] for name, figure in report["metrics"].items()}


def _curve(numbers: npt.NDArray[np.float32], series: wire.ComparedSeries) -> dict[str, Any]:
    count = series["buckets"]

    def piece(place: int) -> npt.NDArray[np.float32]:
        return numbers[place : place + count]

    at, alone = series["at"], series["width"] == 1
    return {
        "step": piece(series["axis"]).astype("float64") + series["first_step"],
        "seconds": piece(series["axis"] + count),
        "mean": piece(at),
        "min": piece(at) if alone else piece(at + count),
        "max": piece(at) if alone else piece(at + 2 * count),
    }
