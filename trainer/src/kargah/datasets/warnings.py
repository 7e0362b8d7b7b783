"""Warnings about a dataset, in both languages."""

from __future__ import annotations

from kargah.datasets.model import Warning

_TEXTS: dict[str, tuple[str, str]] = {
    "unnamed_column": (
        "Column {position} has no name; it is called {column}.",
        "ستون {position} نام ندارد؛ {column} نامیده شد.",
    ),
    "duplicate_column": (
        "Two columns are named {name}; one is now {column}.",
        "نام دو ستون {name} است؛ یکی {column} نامیده شد.",
    ),
    "lookalike_columns": (
        "Columns {column} and {other} look alike but are different.",
        "ستون‌های {column} و {other} یکسان دیده می‌شوند ولی یکی نیستند.",
    ),
    "lookalike_classes": (
        "Classes {name} and {other} look alike but are different.",
        "کلاس‌های {name} و {other} یکسان دیده می‌شوند ولی یکی نیستند.",
    ),
    "no_header": (
        "The first row holds numbers, so it was read as data; columns are numbered.",
        "ردیف اول عدد دارد و داده شمرده شد؛ ستون‌ها شماره گرفتند.",
    ),
    "windows_1256": (
        "Read as windows-1256; Arabic ي and ك became ی and ک.",
        "با windows-1256 خوانده شد؛ «ي» و «ك» عربی به «ی» و «ک» تبدیل شد.",
    ),
    "arabic_letters": ("{rows} rows have Arabic ي/ك.", "{rows} ردیف «ي/ك» عربی دارد."),
    "all_missing": ("Every value of {column} is missing.", "همهٔ مقدارهای ستون {column} خالی است."),
    "missing_values": ("{percent}% of {column} is missing.", "{percent}٪ از ستون {column} خالی است."),
    "constant_column": ("{column} has only one value.", "ستون {column} تنها یک مقدار دارد."),
    "imbalance": (
        "{percent}% of {column} is the value {value}; accuracy alone will mislead.",
        "{percent}٪ از ستون {column} مقدار {value} است؛ معیار درستی به‌تنهایی گمراه‌کننده است.",
    ),
    "column_dropped": (
        "Column {column} holds {type} and was left out.",
        "ستون {column} از نوع {type} است و کنار گذاشته شد.",
    ),
    "images_skipped": ("{count} damaged images were left out.", "{count} تصویر آسیب‌دیده کنار گذاشته شد."),
    "files_ignored": (
        "{count} files that belong to no class were left out.",
        "{count} فایل به هیچ کلاسی تعلق نداشت و کنار گذاشته شد.",
    ),
    "mixed_sizes": (
        "The images have different sizes; they are resized for training.",
        "اندازهٔ تصویرها یکی نیست؛ برای آموزش هم‌اندازه می‌شوند.",
    ),
    "class_imbalance": (
        "The largest class has {times} times as many images as the smallest.",
        "بزرگ‌ترین کلاس {times} برابر کوچک‌ترین کلاس تصویر دارد.",
    ),
    "split_small_classes": (
        "{count} classes have too few rows to be in every part.",
        "{count} کلاس آن‌قدر ردیف ندارد که در همهٔ بخش‌ها باشد.",
    ),
    "split_times_missing": (
        "{count} rows have no time and count as the oldest.",
        "{count} ردیف زمان ندارد و قدیمی‌ترین به حساب آمد.",
    ),
    "split_shares_rows": (
        "{count} rows for validation or test also occur in training; the score will be too good.",
        "{count} ردیف اعتبارسنجی یا آزمون در آموزش هم هست؛ نتیجه بهتر از واقع خواهد بود.",
    ),
    "split_near_rows": (
        "{count} rows for validation or test are nearly the same as rows in training; the score will be too good.",
        "{count} ردیف اعتبارسنجی یا آزمون تقریباً مانند ردیفی در آموزش است؛ نتیجه بهتر از واقع خواهد بود.",
    ),
    "split_near_images": (
        "{count} images for validation or test look like images in training; the score will be too good.",
        "{count} تصویر اعتبارسنجی یا آزمون مانند تصویری در آموزش دیده می‌شود؛ نتیجه بهتر از واقع خواهد بود.",
    ),
    "split_kept": (
        "The file has {train} rows for training, {validation} for validation and {test} for the test; "
        "that is kept as a split.",
        "این فایل {train} ردیف آموزش، {validation} ردیف اعتبارسنجی و {test} ردیف آزمون دارد؛ همین تقسیم نگه داشته شد.",
    ),
    "arrays_left_out": (
        "Arrays that fit neither the features nor the labels were left out: {values}.",
        "آرایه‌هایی که نه ویژگی است و نه برچسب کنار گذاشته شد: {values}.",
    ),
    "leaking_column": (
        "{column} alone tells {target} in {percent}% of the rows; would it be known when predicting?",
        "{column} به‌تنهایی در {percent}٪ ردیف‌ها {target} را می‌گوید؛ آیا هنگام پیش‌بینی در دسترس خواهد بود؟",
    ),
    "leaking_number": (
        "{column} and {target} lie on a straight line (correlation {correlation}); would it be known when predicting?",
        "{column} و {target} روی یک خط راست‌اند (همبستگی {correlation})؛ آیا هنگام پیش‌بینی در دسترس خواهد بود؟",
    ),
    "duplicate_rows": ("{count} rows are copies of others.", "{count} ردیف تکراری است."),
    "id_column": (
        "Every value of {column} is different, so it teaches a model nothing; delete it before uploading.",
        "همهٔ مقدارهای {column} با هم فرق دارند و این ستون چیزی به مدل نمی‌آموزد؛ پیش از بارگذاری حذفش کنید.",
    ),
    "odd_values": (
        "{count} cells of {column} are unlike the others and count as missing: {values}.",
        "{count} خانهٔ ستون {column} مانند بقیه نیست و خالی شمرده شد: {values}.",
    ),
    "percent_values": (
        "{column} is in percent: 5% is read as 5.",
        "ستون {column} به درصد است: ۵٪ همان ۵ خوانده شد.",
    ),
    "months_read_as_days": (
        "{column} holds months; each is kept as its first day.",
        "ستون {column} ماه است؛ هر ماه با روز اولش نگه داشته شد.",
    ),
    "decimal_mark_unclear": (
        "{value} of {column} was read as {number}; where that is wrong, read the file again with another decimal mark.",
        "{value} در ستون {column}، {number} خوانده شد؛ اگر درست نیست، فایل را با ممیز دیگری بازخوانی کنید.",
    ),
    "date_order_unclear": (
        "{value} of {column} may be read with the day or the month first, so it was kept as text; "
        "read the file again and choose the order.",
        "{value} در ستون {column} هم با روز در آغاز خوانده می‌شود و هم با ماه؛ پس متن ماند. "
        "فایل را بازخوانی و ترتیب را انتخاب کنید.",
    ),
    "lines_left_out": (
        "{count} lines before the header are no rows and were left out: {value}",
        "{count} خط پیش از سرستون ردیف نبود و کنار گذاشته شد: {value}",
    ),
    "remarks_left_out": (
        "Lines that begin with {value} are remarks and were left out.",
        "خط‌هایی که با {value} شروع می‌شود یادداشت است و کنار گذاشته شد.",
    ),
    "header_rows_joined": (
        "The names of the columns are of the first two rows together.",
        "نام ستون‌ها از دو ردیف اول با هم است.",
    ),
    "units_left_out": (
        "The row below the header holds units and was left out: {values}.",
        "ردیف زیر سرستون واحد اندازه‌گیری است و کنار گذاشته شد: {values}.",
    ),
    "trailing_cells_left_out": (
        "Behind the last delimiter of each row is nothing; that column was left out.",
        "پس از آخرین جداکنندهٔ هر ردیف چیزی نیست؛ آن ستون کنار گذاشته شد.",
    ),
    "one_column": (
        "The table has one column, and {value} stands in every line; is it the delimiter?",
        "جدول یک ستون دارد و {value} در همهٔ خط‌ها هست؛ آیا جداکننده همین است؟",
    ),
    "other_sheets": (
        "The workbook has other sheets ({values}); {value} was read.",
        "این فایل برگه‌های دیگری هم دارد ({values})؛ {value} خوانده شد.",
    ),
    "total_row": (
        "The last row begins with {value}; it may be a sum and no row of data.",
        "ردیف آخر با {value} شروع می‌شود؛ شاید جمع باشد و نه داده.",
    ),
    "more_warnings": ("And {count} more of this kind.", "و {count} هشدار دیگر."),
}
_MAX = 50


def warning_of(code: str, *, column: str | None = None, **params: str | int) -> Warning:
    """Return the warning `code` with its sentence filled in."""
    english, persian = _TEXTS[code]
    values = {**params, "column": column}
    warning: Warning = {"code": code, "detail": english.format(**values), "detail_fa": persian.format(**values)}
    if column is not None:
        warning["column"] = column
    return warning


def at_most(warnings: list[Warning]) -> list[Warning]:
    """Return the first warnings, and how many more there are: a list of thousands tells nobody anything."""
    if len(warnings) <= _MAX:
        return warnings
    return [*warnings[:_MAX], warning_of("more_warnings", count=len(warnings) - _MAX)]
