"""Figures of matplotlib in Persian: the font, the digits and the Jalali calendar.

    import kargah.plots

    kargah.plots.persian()
    figure, axes = plt.subplots()
    axes.plot(days, sales)
    axes.set_title("فروش روزانه")
    kargah.plots.jalali(axes.xaxis)

From 3.11 on matplotlib itself joins Persian letters and puts them in their order. `arabic_reshaper` and `python-bidi`
would do it a second time and turn every word around: leave them out.
"""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kargah.plots.calendar import day_of, jalali_of

if TYPE_CHECKING:
    from matplotlib.axis import Axis

__all__ = ["jalali", "persian"]

_FONTS = Path(__file__).with_name("fonts")
_FAMILIES = {"persian": "Vazirmatn FD", "latin": "Vazirmatn"}
_LEAST = (3, 11)
# How many months lie between two ticks, at least those that leave no more than so many of them.
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_MOST_TICKS = 9
# Below this many days a tick at the first of each month would leave an axis with hardly any.
_SHORT = 90


def persian(digits: Literal["persian", "latin"] = "persian") -> None:
    """Draw the figures that are made from now on in Vazirmatn; for one block, in `with matplotlib.rc_context():`.

    Args:
        digits: `persian` draws every digit as a Persian one, also those of axes; texts themselves stay as they are.

    Raises:
        ImportError: matplotlib is older than 3.11, and would draw the letters apart and in the wrong order.
    """
    import matplotlib
    from matplotlib import font_manager

    if tuple(int(part) for part in matplotlib.__version__.split(".")[:2]) < _LEAST:
        raise ImportError(
            f"Persian figures need matplotlib 3.11 or newer; this is {matplotlib.__version__}: "
            "`pip install -U matplotlib`."
            " / شکل‌های فارسی به matplotlib 3.11 یا جدیدتر نیاز دارند: «pip install -U matplotlib»."
        )
    family = _FAMILIES[digits]
    known = {font.name for font in font_manager.fontManager.ttflist}
    if family not in known:
        for path in sorted(_FONTS.glob("*.ttf")):
            font_manager.fontManager.addfont(str(path))
    others = [one for one in matplotlib.rcParams["font.family"] if one not in _FAMILIES.values()]
    # A letter that the font has not is taken from the next.
    matplotlib.rcParams["font.family"] = [family, *others]


def jalali(axis: Axis) -> None:
    """Write the dates of an axis in the Jalali calendar, with ticks where its months and years begin."""
    from matplotlib import dates, ticker

    class Months(dates.AutoDateLocator):
        """The first of every so many Jalali months; over few days, the days that matplotlib itself would choose."""

        def __call__(self) -> list[float]:
            low, high = sorted(axis.get_view_interval())
            if high - low < _SHORT:
                return [float(tick) for tick in super().__call__()]  # type: ignore[no-untyped-call]
            first, last = (_month_at(dates.num2date(end).date()) for end in (low, high))  # type: ignore[no-untyped-call]
            wanted = (last - first) / _MOST_TICKS
            step = next((one for one in _STEPS if one >= wanted), math.ceil(wanted / 600) * 600)
            months = range(math.ceil(first / step) * step, last + 1, step)
            ticks = (float(dates.date2num(day_of(month // 12, month % 12 + 1, 1))) for month in months)  # type: ignore[no-untyped-call]
            return [tick for tick in ticks if low <= tick <= high]

    def written(value: float, _position: int | None = None) -> str:
        moment = dates.num2date(value)  # type: ignore[no-untyped-call]
        year, month, day = jalali_of(moment.date())
        time = "" if moment.time() == datetime.time() else f" {moment:%H:%M}"
        return f"{year:04}/{month:02}/{day:02}{time}"

    axis.set_major_locator(Months())  # type: ignore[no-untyped-call]
    axis.set_major_formatter(ticker.FuncFormatter(written))


def _month_at(day: datetime.date) -> int:
    year, month, _ = jalali_of(day)
    return year * 12 + month - 1
