"""What a trained model is worth on rows that it was not taught: a report as JSON, with intervals, and where it is bad.

A report stands on NumPy alone: it is made at the end of every recipe's job, where importing SciPy or scikit-learn would
take longer than the report. The tests hold its figures against theirs.
"""

from kargah.evaluation.baseline import Plain
from kargah.evaluation.columns import Column
from kargah.evaluation.report import HeldOut, Judged, report_of
from kargah.evaluation.rows import ROWS_FILE, JudgedRows

__all__ = ["ROWS_FILE", "Column", "HeldOut", "Judged", "JudgedRows", "Plain", "report_of"]
