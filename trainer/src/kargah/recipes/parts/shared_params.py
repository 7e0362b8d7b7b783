"""Parameters that every recipe has, so that the form words and bounds them alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kargah.protocols.params import param

MOST_COLUMNS = 10_000


def _words(titles: list[str], titles_fa: list[str]) -> dict[str, list[str]]:
    return {"x-enum-titles": titles, "x-enum-titles-fa": titles_fa}


@dataclass(frozen=True, kw_only=True)
class TrainingParams:
    """How to train: the loop's settings."""

    epochs: int = param(
        30, "Epochs", "شمار دوره‌ها", "Early stopping is on", "توقف زودهنگام روشن است", minimum=1, maximum=10_000
    )
    batch_size: int = param(
        64, "Batch size", "اندازهٔ دسته", "Powers of 2 are faster", "توان‌های ۲ سریع‌ترند", minimum=1, maximum=65_536
    )
    lr: float = param(
        0.003,
        "Learning rate",
        "نرخ یادگیری",
        "Usually between 1e-4 and 1e-1",
        "معمولاً میان 1e-4 و 1e-1",
        exclusive_minimum=0,
        maximum=100,
    )
    optimizer: Literal["adamw", "adam", "sgd"] = param(
        "adamw", "Optimizer", "بهینه‌ساز", extra=_words(["AdamW", "Adam", "SGD"], ["AdamW", "Adam", "SGD"])
    )
    schedule: Literal["cosine", "one_cycle", "linear", "constant"] = param(
        "cosine",
        "Learning-rate schedule",
        "برنامهٔ نرخ یادگیری",
        "How the learning rate changes until the last epoch",
        "نرخ یادگیری تا دورهٔ آخر چگونه تغییر کند",
        extra=_words(["Cosine", "One cycle", "Linear", "Constant"], ["کسینوسی", "یک‌چرخه‌ای", "خطی", "ثابت"]),
    )
    warmup: float = param(
        0.02,
        "Warm-up",
        "گرم‌سازی",
        "Share of the steps in which the learning rate rises; one cycle has its own",
        "سهمی از گام‌ها که نرخ یادگیری در آن بالا می‌رود؛ برنامهٔ یک‌چرخه‌ای گرم‌سازی خودش را دارد",
        minimum=0,
        maximum=0.5,
    )
    weight_decay: float = param(
        0.01,
        "Weight decay",
        "میرایی وزن‌ها",
        "Keeps weights small, against overfitting",
        "وزن‌ها را کوچک نگه می‌دارد تا بیش‌برازش کم شود",
        minimum=0,
        maximum=10,
    )
    dropout: float = param(
        0.1,
        "Dropout",
        "حذف تصادفی",
        "Share of units left out in each step",
        "سهم واحدهایی که در هر گام کنار گذاشته می‌شوند",
        minimum=0,
        maximum=0.9,
    )
    grad_clip: float = param(
        1.0,
        "Gradient clipping",
        "سقف گرادیان",
        "Largest norm of the gradient; 0 turns it off",
        "حداکثر اندازهٔ گرادیان؛ صفر یعنی خاموش",
        minimum=0,
        maximum=1000,
    )
    patience: int = param(
        10,
        "Early-stopping patience",
        "شکیبایی توقف زودهنگام",
        "Epochs without improvement before stopping; 0 turns it off",
        "چند دوره بی‌بهبود پیش از توقف؛ صفر یعنی خاموش",
        minimum=0,
        maximum=10_000,
    )
    precision: Literal["auto", "off", "bf16"] = param(
        "auto",
        "Mixed precision",
        "دقت ترکیبی",
        "Automatic: bfloat16 where the processor is faster with it",
        "خودکار: bfloat16 آن‌جا که پردازنده با آن سریع‌تر است",
        extra=_words(["Automatic", "Off", "bfloat16"], ["خودکار", "خاموش", "bfloat16"]),
    )
    keep_checkpoints: int = param(
        3,
        "Checkpoints kept",
        "شمار نقطه‌های بازیابی",
        "The newest ones; the best epoch's one stays besides",
        "تازه‌ترین‌ها؛ نقطهٔ بهترین دوره هم می‌ماند",
        minimum=1,
        maximum=100,
    )
    validation: float = param(
        0.2,
        "Validation share",
        "سهم اعتبارسنجی",
        "Share of the rows kept apart to judge the model",
        "سهمی از ردیف‌ها که برای سنجش مدل کنار می‌ماند",
        minimum=0.05,
        maximum=0.5,
    )
    seed: int = param(
        42,
        "Random seed",
        "دانهٔ تصادفی",
        "The same seed gives the same model",
        "با دانهٔ یکسان مدل یکسان ساخته می‌شود",
        minimum=0,
        maximum=2_147_483_647,
    )


def target_column() -> Any:
    """The field `target` of a recipe that learns a column of a table."""
    return param(
        None,
        "Target column",
        "ستون هدف",
        "The column to be predicted",
        "ستونی که باید پیش‌بینی شود",
        extra={"x-column": True},
    )


def learned_columns() -> Any:
    """The field `columns` of a recipe that learns from several columns of a table."""
    return param(
        None,
        "Columns to learn from",
        "ستون‌هایی که مدل از آن‌ها می‌آموزد",
        "Empty: all but the target",
        "خالی: همه به‌جز ستون هدف",
        max_items=MOST_COLUMNS,
        extra={"x-columns": True, "x-same": True},
    )


def class_weights() -> Any:
    """The field `class_weights` of a classification recipe."""
    return param(
        "equal",
        "Class weights",
        "وزن کلاس‌ها",
        "Balanced: rare classes count more",
        "متوازن: کلاس‌های کم‌شمار بیشتر به حساب می‌آیند",
        extra=_words(["Equal", "Balanced"], ["برابر", "متوازن"]),
    )
