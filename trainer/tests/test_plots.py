"""Figures in Persian, drawn by the matplotlib that is installed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, Literal

import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import kargah
from kargah import plots
from kargah.plots.calendar import day_of, jalali_of


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    with matplotlib.rc_context():
        yield


def width_of(text: str) -> float:
    figure = Figure()
    canvas = FigureCanvasAgg(figure)
    return float(figure.text(0, 0, text, fontsize=40).get_window_extent(canvas.get_renderer()).width)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("digits", "file"), [("persian", "Vazirmatn-FD-Regular.ttf"), ("latin", "Vazirmatn-Regular.ttf")]
)
def test_figures_are_drawn_in_vazirmatn_with_digits_of_either_kind(
    digits: Literal["persian", "latin"], file: str
) -> None:
    kargah.plots.persian(digits=digits)
    kargah.plots.persian(digits=digits)
    assert font_manager.findfont(font_manager.FontProperties()).endswith(file)
    bold = font_manager.findfont(font_manager.FontProperties(weight="bold"))
    assert bold.endswith(file.replace("Regular", "Bold"))


def test_letters_are_joined() -> None:
    plots.persian()
    # Alone a letter has a tail that it has not between others.
    assert width_of("سسس") < 2.5 * width_of("س")
    assert width_of("iii") == pytest.approx(3 * width_of("i"), rel=0.25)


def test_matplotlib_that_cannot_join_letters_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matplotlib, "__version__", "3.10.9")
    with pytest.raises(ImportError, match=r"3\.11 or newer; this is 3\.10\.9.*نیاز دارند"):
        plots.persian()


@pytest.mark.parametrize(
    ("gregorian", "jalali"),
    [
        ("2026-11-29", (1405, 9, 8)),
        ("2025-03-20", (1403, 12, 30)),
        ("2025-03-21", (1404, 1, 1)),
        ("1970-01-01", (1348, 10, 11)),
    ],
)
def test_days_are_known_in_both_calendars(gregorian: str, jalali: tuple[int, int, int]) -> None:
    day = datetime.date.fromisoformat(gregorian)
    assert jalali_of(day) == jalali
    assert day_of(*jalali) == day


def ticks_of(first: str, last: str) -> list[str]:
    axes = Figure().add_subplot()
    axes.margins(x=0)
    days: Any = [datetime.datetime.fromisoformat(first), datetime.datetime.fromisoformat(last)]
    axes.plot(days, [0, 1])
    plots.jalali(axes.xaxis)
    low, high = axes.get_xlim()
    return [axes.xaxis.get_major_formatter()(tick) for tick in axes.xaxis.get_majorticklocs() if low <= tick <= high]


def test_an_axis_of_days_has_its_ticks_where_jalali_months_and_years_begin() -> None:
    assert ticks_of("2025-03-25", "2025-09-20") == [f"1404/0{month}/01" for month in range(2, 7)]
    years = ticks_of("2010-01-01", "2026-01-01")
    assert years
    assert all(year.endswith("/01/01") for year in years)
    assert 2 <= len(years) <= 10
    assert all(tick.startswith("1405/09/") for tick in ticks_of("2026-11-23", "2026-12-05"))


def test_an_axis_of_centuries_has_few_ticks() -> None:
    assert 2 <= len(ticks_of("1700-01-01", "2026-01-01")) <= 10
