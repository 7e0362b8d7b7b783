"""What a trained model is worth on the rows that were held back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

    from kargah.client import wire


class Report:
    """A report as its job wrote it, `data`, and its tables as DataFrames.

    `row` is a row of the dataset counted from 0 (a picture: by folder and name). Intervals are percentiles of resampled
    rows (`data["level"]`, `data["resamples"]`). Where `chosen_on_these` is true the best epoch was chosen on them,
    and their figures flatter.
    """

    def __init__(self, data: wire.Report) -> None:
        self.data = data

    @property
    def chosen_on_these(self) -> bool:
        return self.data["chosen_on_these"]

    @property
    def metrics(self) -> pandas.DataFrame:
        """By the metric's name: `value`, `low`, `high`, and which is `better`, max or min."""
        return _table([{"metric": name, **one} for name, one in self.data["metrics"].items()]).set_index("metric")

    @property
    def baselines(self) -> pandas.DataFrame:
        """Plain models on the same rows by kind (majority or mean, linear): their figures, and the gain of this one.

        `gain` is by how much this model is better by its first figure, with `gain_low` and `gain_high` (paired
        bootstrap); `verdict` is better, sure (only its probabilities are better), hardly, worse or unknown. Empty in
        reports of older releases.
        """
        rows = []
        for one in self.data.get("baselines") or []:
            gain = next(iter(one["gains"].values()))
            told = {"gain": gain["value"], "gain_low": gain["low"], "gain_high": gain["high"]}
            rows.append({"kind": one["kind"], **one["metrics"], **told, "verdict": one["verdict"], "rows": one["rows"]})
        return _table(rows).set_index("kind") if rows else _table(rows)

    @property
    def per_class(self) -> pandas.DataFrame:
        """`rows`, `precision`, `recall`, `f1` of each class; empty for a regression."""
        return _table(self.data["per_class"] if self.data["task"] == "classification" else [])

    @property
    def confusion(self) -> pandas.DataFrame | None:
        """Truths down, answers across, rows counted; None for a regression and for more than fifty classes."""
        import pandas as pd

        if self.data["task"] != "classification" or self.data["confusion"] is None:
            return None
        names = pd.Index(self.data["classes"])
        return pd.DataFrame(self.data["confusion"], names.rename("truth"), names.rename("answer"))

    @property
    def worst(self) -> pandas.DataFrame:
        """The rows of the largest loss."""
        return _table(self.data["worst"])

    @property
    def label_errors(self) -> pandas.DataFrame:
        """Rows whose label is probably wrong, the most likely first; empty for a regression."""
        return _table(self.data["label_errors"]["first"] if self.data["task"] == "classification" else [])

    @property
    def slices(self) -> pandas.DataFrame:
        """Groups of rows, by one column's values, on which it is bad; empty where the model takes no table."""
        return _table(self.data.get("slices") or [])

    @property
    def left_out(self) -> pandas.DataFrame:
        """The columns from which nothing was learned, and why: `reason`, and of free text how many `values`."""
        learned_from = self.data.get("learned_from")
        return _table([] if learned_from is None else learned_from["left_out"])

    @property
    def importance(self) -> pandas.DataFrame:
        """By how much the loss grows when a column's values are dealt out anew; empty where it takes no table."""
        return _table(self.data.get("importance") or [])

    def __repr__(self) -> str:
        figures = "  ".join(f"{name}={_said(one)}" for name, one in self.data["metrics"].items())
        flatters = "; the best epoch was chosen on these" if self.chosen_on_these else ""
        return f"<Report on {self.data['rows']} {self.data['part']} rows{flatters}: {figures}{self._beside()}>"

    def _beside(self) -> str:
        """In words, where it is not surely better than a plain model."""
        said = {
            "sure": "right no more often than {}, with better probabilities",
            "hardly": "hardly better than {}",
            "worse": "worse than {}",
            "unknown": "too few rows to compare it with {}",
        }
        names = {"majority": "always the most frequent class", "mean": "always the mean", "linear": "a linear model"}
        # The simplest comes first: not to be better than that one says more.
        for one in self.data.get("baselines") or []:
            if one["verdict"] != "better":
                return "; " + said[one["verdict"]].format(names[one["kind"]])
        return ""


def _said(one: wire.ReportFigure) -> str:
    if one["value"] is None or one["low"] is None or one["high"] is None:
        return "unknown"
    return f"{one['value']:.4g} [{one['low']:.4g}, {one['high']:.4g}]"


def _table(rows: Sequence[Any]) -> pandas.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows))
