"""Tell pictures apart: a small CNN on a folder of images for each class.

Pictures are resized to one size and kept in memory as bytes. The exported model takes pixels between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from .figures import classification_metrics
from .params import param
from .pictures import read_pictures
from .protocol import Batches, DatasetRef, RecipeInfo, Task
from .shared_params import TrainingParams, class_weights
from .split import split_rows


@dataclass(frozen=True, kw_only=True)
class ImageParams(TrainingParams):
    epochs: int = param(
        15, "Epochs", "دوره", "Early stopping is on", "توقف زودهنگام روشن است", minimum=1, maximum=10_000
    )
    image_size: int = param(
        32,
        "Image size",
        "اندازهٔ تصویر",
        "Pictures are resized to this many pixels on each side",
        "تصویرها به این اندازه (پیکسل در هر ضلع) درمی‌آیند",
        minimum=8,
        maximum=256,
    )
    channels: Literal["auto", "grayscale", "rgb"] = param(
        "auto",
        "Colour",
        "رنگ",
        extra={
            "x-enum-titles": ["Automatic", "Grayscale", "RGB"],
            "x-enum-titles-fa": ["خودکار", "خاکستری", "رنگی"],
        },
    )
    width: int = param(
        32,
        "Width",
        "پهنای شبکه",
        "Channels of the first layer; each next one doubles it",
        "شمار کانال‌های لایهٔ نخست؛ هر لایهٔ بعد دو برابر می‌شود",
        minimum=4,
        maximum=256,
    )
    augment: Literal["none", "shift", "shift_flip"] = param(
        "none",
        "Augmentation",
        "افزایش داده",
        "Move (and mirror) pictures a little while training",
        "تصویرها هنگام آموزش کمی جابه‌جا (و قرینه) شوند",
        extra={
            "x-enum-titles": ["None", "Shift", "Shift and mirror"],
            "x-enum-titles-fa": ["هیچ", "جابه‌جایی", "جابه‌جایی و قرینه"],
        },
    )
    class_weights: Literal["equal", "balanced"] = class_weights()


INFO = RecipeInfo(
    recipe="image",
    version="1.0.0",
    title="Images, CNN",
    title_fa="تصویر، شبکهٔ CNN",
    description="One folder per class, in a zip",
    description_fa="یک پوشه برای هر کلاس، در یک zip",
    icon="image",
    dataset_kind="images",
    params=ImageParams,
    primary_params=("epochs", "batch_size", "lr", "image_size"),
    best_metric=("val_accuracy", "max"),
)


class Cnn(nn.Module):
    """Pixels between 0 and 1, float32 [batch, channels, size, size] → float32 [batch, classes]."""

    def __init__(self, params: ImageParams, mean: Tensor, std: Tensor, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean.view(1, -1, 1, 1))
        self.register_buffer("std", std.view(1, -1, 1, 1))
        channels, size, layers = len(mean), params.image_size, list[nn.Module]()
        for after in (params.width, 2 * params.width, 4 * params.width):
            layers += [nn.Conv2d(channels, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            if size >= 8:
                layers.append(nn.MaxPool2d(2))
                size //= 2
            channels = after
        self.features = nn.Sequential(*layers)
        self.answer = nn.Sequential(nn.Dropout(params.dropout), nn.Linear(channels, classes))

    def forward(self, pixels: Tensor) -> Tensor:
        features = self.features((pixels - self.get_buffer("mean")) / self.get_buffer("std"))
        answer: Tensor = self.answer(features.mean((2, 3)))
        return answer


class FromBytes(nn.Module):
    """The network as it trains: uint8 pictures stay small in memory and become numbers one batch at a time."""

    def __init__(self, network: Cnn) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        answer: Tensor = self.network(pictures.to(torch.float32) / 255)
        return answer


class Classifier(nn.Module):
    """Pixels between 0 and 1 → the probability of each class, float32 [batch, classes]."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        return torch.softmax(self.network(pixels), 1)


def prepare(params: ImageParams, dataset: DatasetRef) -> Task:
    pictures = read_pictures(dataset.path, params.image_size, params.channels)
    labels = pictures.labels
    kept = split_rows(labels, "classification", params.validation, params.seed)
    pixels = pictures.pixels[kept.train].to(torch.float32) / 255
    mean, std = pixels.mean((0, 2, 3)), pixels.std((0, 2, 3)).clamp(min=1e-3)
    weight = None
    if params.class_weights == "balanced":
        counts = torch.bincount(labels[kept.train], minlength=len(pictures.classes)).clamp(min=1)
        weight = len(kept.train) / (len(pictures.classes) * counts.float())
    metadata: dict[str, Any] = {
        "recipe": INFO.recipe,
        "task": "classification",
        "input": {"dtype": "float32", "shape": ["batch", *pictures.pixels.shape[1:]], "range": [0, 1]},
        "classes": pictures.classes,
    }
    return Task(
        network=FromBytes(Cnn(params, mean, std, len(pictures.classes))),
        train=Batches((pictures.pixels[kept.train],), labels[kept.train]),
        validation=Batches((pictures.pixels[kept.validation],), labels[kept.validation]),
        loss=nn.CrossEntropyLoss(weight=weight),
        metrics=classification_metrics,
        best_metric=("val_accuracy", "max"),
        export=_exported,
        example=pixels[:2].clone(),
        metadata=metadata,
        augment=None if params.augment == "none" else partial(_augmented, params.augment),
        threads=4,
        notes=(
            f"kargah.recipes.image | images={len(labels)} classes={len(pictures.classes)} "
            f"size={'x'.join(map(str, pictures.pixels.shape[1:]))}",
            f"train={len(kept.train)} validation={len(kept.validation)}",
            *pictures.notes,
        ),
    )


def _exported(network: nn.Module) -> nn.Module:
    return Classifier(network.network) if isinstance(network, FromBytes) else Classifier(network)


def _augmented(how: str, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """One shift of up to a tenth of the side for the whole batch, and a mirror for half of its pictures."""
    (pictures,) = inputs
    size = pictures.shape[-1]
    reach = max(1, size // 10)
    down, along = (int(torch.randint(0, 2 * reach + 1, ())) for _ in range(2))
    moved = functional.pad(pictures, (reach,) * 4)[..., down : down + size, along : along + size]
    if how == "shift_flip":
        mirror = torch.rand(len(moved), 1, 1, 1) < 0.5
        moved = torch.where(mirror, moved.flip(-1), moved)
    return (moved,)
