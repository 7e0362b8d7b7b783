"""Ready data in Persian, made by these rules and from nobody: the same rows each time, and named as made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Row = tuple[object, ...]

_FIGURES = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
# Tomans a square metre.
_CITIES = {"تهران": 95e6, "مشهد": 42e6, "اصفهان": 48e6, "شیراز": 44e6, "تبریز": 40e6, "رشت": 36e6}

_THINGS = ("این گوشی", "کتاب", "این کفش", "هدفون", "غذا", "این کیف", "ساعت", "لپ‌تاپ", "قهوه", "این پیراهن")
_GOOD = (
    "عالی بود و راضی هستم",
    "از آنچه فکر می‌کردم بهتر است",
    "کیفیت خوبی دارد",
    "زود رسید و سالم بود",
    "ارزش خرید دارد",
    "خیلی خوش‌ساخت است",
)
_BAD = (
    "افتضاح بود و پشیمانم",
    "پس از چند روز خراب شد",
    "کیفیت پایینی دارد",
    "دیر رسید و شکسته بود",
    "ارزش این پول را ندارد",
    "خیلی بدساخت است",
)
_GOOD_ENDS = ("پیشنهاد می‌کنم.", "ممنونم از فروشنده.", "باز هم می‌خرم.", "دستتان درد نکند.")
_BAD_ENDS = ("پیشنهاد نمی‌کنم.", "پولم را پس می‌خواهم.", "دیگر نمی‌خرم.", "کاش نمی‌خریدم.")
_NEUTRAL = ("", "با تخفیف گرفتم. ", "برای هدیه خریدم. ", "یک هفته است که دارم. ")


def homes() -> Iterator[Row]:
    """Flats with the day they were sold in the Jalali calendar and the price in tomans, as Persian tables have them."""
    yield ("تاریخ", "شهر", "متراژ", "اتاق", "سن بنا", "آسانسور", "قیمت")
    chance = random.Random(1405)  # noqa: S311
    for _ in range(600):
        day = f"{chance.choice((1402, 1403, 1404))}/{chance.randint(1, 12):02}/{chance.randint(1, 29):02}"
        city = chance.choice(list(_CITIES))
        metres = chance.randint(40, 220)
        rooms = min(4, max(1, round(metres / 50 + chance.uniform(-0.6, 0.6))))
        age = chance.randint(0, 35)
        lift = chance.random() < 0.8 - age / 60
        year = int(day[:4]) - 1402
        price = (
            metres * _CITIES[city] * (1 - age / 90) * (1.05 if lift else 1) * 1.25**year * chance.uniform(0.92, 1.08)
        )
        figures = f"{round(price, -6):,.0f}".translate(_FIGURES)
        yield (
            day.translate(_FIGURES),
            city,
            str(metres).translate(_FIGURES),
            str(rooms).translate(_FIGURES),
            str(age).translate(_FIGURES),
            "بله" if lift else "خیر",
            f"{figures} تومان",
        )


def reviews() -> Iterator[Row]:
    """Short opinions of buyers, each of one mind."""
    yield ("نظر", "احساس")
    chance = random.Random(1405)  # noqa: S311
    seen: set[str] = set()
    while len(seen) < 600:
        good = len(seen) % 2 == 0
        says, ends = (_GOOD, _GOOD_ENDS) if good else (_BAD, _BAD_ENDS)
        text = f"{chance.choice(_NEUTRAL)}{chance.choice(_THINGS)} {chance.choice(says)}. {chance.choice(ends)}"
        if text not in seen:
            seen.add(text)
            yield (text, "مثبت" if good else "منفی")


MADE: dict[str, Callable[[], Iterator[Row]]] = {"persian_homes": homes, "persian_reviews": reviews}
