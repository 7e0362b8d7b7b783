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

from kargah.protocols.params import param
from kargah.protocols.task import DatasetRef, PlainRows, RecipeInfo, Task
from kargah.recipes.parts.figures import classification_metrics
from kargah.recipes.parts.pictures import read_pictures
from kargah.recipes.parts.plain import SIDE, coarse
from kargah.recipes.parts.repeated import repeated
from kargah.recipes.parts.shared_params import TrainingParams, class_weights
from kargah.recipes.parts.split import Labels, split_for, weight_of_classes

EVALUATION_NUMBERS = 1 << 22
PLAIN_AT_ONCE = 256
LEAST_STEPS = 10
"""Of an epoch, after which the statistics of batches have settled too."""


@dataclass(frozen=True, kw_only=True)
class ImageParams(TrainingParams):
    epochs: int = param(
        15, "Epochs", "شمار دوره‌ها", "Early stopping is on", "توقف زودهنگام روشن است", minimum=1, maximum=10_000
    )
    image_size: int | None = param(
        None,
        "Image size",
        "اندازهٔ تصویر",
        "Pixels on each side; empty: as large as the pictures are, up to 32",
        "پیکسل در هر ضلع؛ خالی: به اندازهٔ خود تصویرها، تا ۳۲",
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
        16,
        "Width",
        "پهنای شبکه",
        "Channels of the first layer; each next one doubles it",
        "شمار کانال‌های لایهٔ اول؛ هر لایهٔ بعد دو برابر می‌شود",
        minimum=4,
        maximum=256,
    )
    augment: Literal["none", "shift", "shift_flip"] = param(
        "none",
        "Augmentation",
        "داده‌افزایی",
        "Move (and mirror) pictures a little while training",
        "تصویرها هنگام آموزش کمی جابه‌جا (و قرینه) شوند",
        extra={
            "x-enum-titles": ["None", "Shift", "Shift and mirror"],
            "x-enum-titles-fa": ["هیچ‌کدام", "جابه‌جایی", "جابه‌جایی و قرینه"],
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
    place=20,
)


class Cnn(nn.Module):
    """Pixels between 0 and 1, float32 [batch, channels, size, size] → float32 [batch, classes]."""

    def __init__(self, params: ImageParams, size: int, mean: Tensor, std: Tensor, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean.view(1, -1, 1, 1))
        self.register_buffer("std", std.view(1, -1, 1, 1))
        channels, layers = len(mean), list[nn.Module]()
        for after in (params.width, 2 * params.width, 4 * params.width):
            layers += [nn.Conv2d(channels, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
            if size >= 8:
                layers.append(nn.MaxPool2d(2))
                size //= 2
            # Behind the pooling, where it gives the same numbers and gradients for a quarter of the work.
            layers.append(nn.ReLU())
            channels = after
        self.features = nn.Sequential(*layers)
        self.size = size
        self.answer = nn.Sequential(nn.Dropout(params.dropout), nn.Linear(channels, classes))

    def forward(self, pixels: Tensor) -> Tensor:
        features = self.features((pixels - self.get_buffer("mean")) / self.get_buffer("std"))
        # Not `mean`: its gradient lies in another order in memory than the rest, which slows down the layer before.
        answer: Tensor = self.answer(functional.avg_pool2d(features, self.size).flatten(1))
        return answer


@dataclass(frozen=True)
class PictureBatches:
    """Pictures stay bytes in memory and become numbers where they are gathered; the channels lie innermost."""

    pixels: Tensor
    """uint8, or float32 between 0 and 1 [images, channels, size, size]."""
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def row_bytes(self) -> int:
        return 4 * self.pixels[0].numel()

    def take(self, chosen: Tensor) -> PictureBatches:
        return PictureBatches(_numbers(self.pixels.index_select(0, chosen)), self.targets[chosen])

    def part(self, start: int, stop: int) -> tuple[Tensor, ...]:
        return (_numbers(self.pixels[start:stop]),)


def _numbers(pixels: Tensor) -> Tensor:
    if pixels.dtype != torch.uint8:
        return pixels
    return pixels.to(torch.float32, memory_format=torch.channels_last).div_(255)


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
    labelled = Labels(labels, "classification", pictures.places)
    kept = split_for(dataset, labelled, params.validation, params.seed)
    train, validation, test = (
        PictureBatches(pictures.pixels[rows], labels[rows]) for rows in (kept.train, kept.validation, kept.test)
    )
    mean, std = _moments(train.pixels)
    weight = weight_of_classes(params.class_weights, labels[kept.train], len(pictures.classes))
    metadata: dict[str, Any] = {
        "recipe": INFO.recipe,
        "task": "classification",
        "input": {"dtype": "float32", "shape": ["batch", *pictures.pixels.shape[1:]], "range": [0, 1]},
        "classes": pictures.classes,
    }
    size = pictures.pixels.shape[-1]
    network = Cnn(params, size, mean, std, len(pictures.classes))

    def plain() -> PlainRows:
        def numbers(chosen: Tensor) -> Tensor:
            parts = [_numbers(pictures.pixels[part]) for part in torch.split(chosen, PLAIN_AT_ONCE)]
            return torch.cat([coarse(part, mean, std) for part in parts])

        return labelled.plain(kept, numbers, len(mean) * SIDE * SIDE)

    return Task(
        network=network.to(memory_format=torch.channels_last),  # type: ignore[call-overload]
        train=repeated(train, LEAST_STEPS * params.batch_size),
        validation=validation,
        test=test if len(test) else None,
        loss=nn.CrossEntropyLoss(weight=weight),
        metrics=classification_metrics,
        best_metric=("val_accuracy", "max"),
        export=Classifier,
        held=labelled.held(kept),
        plain=plain,
        example=_numbers(train.pixels[:2]).contiguous(),
        metadata=metadata,
        last_counts=kept.is_too_small_to_choose,
        augment=None if params.augment == "none" else partial(_augmented, params.augment),
        threads=8,
        bf16=True,
        evaluation_rows=max(64, EVALUATION_NUMBERS // (params.width * size * size)),
        notes=(
            f"kargah.recipes.image | images={len(labels)} classes={len(pictures.classes)} "
            f"size={'x'.join(map(str, pictures.pixels.shape[1:]))}",
            kept.counts(),
            *pictures.notes,
        ),
    )


def _moments(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, between 0 and 1, counted without a copy in numbers."""
    counts = torch.stack([torch.bincount(channel.flatten(), minlength=256) for channel in pixels.unbind(1)]).double()
    values = torch.arange(256, dtype=torch.double) / 255
    shares = counts / counts.sum(1, keepdim=True)
    mean = shares @ values
    std = (shares @ values.square() - mean.square()).clamp(min=0).sqrt().clamp(min=1e-3)
    return mean.float(), std.float()


def _augmented(how: str, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """One shift of up to a tenth of the side for the whole batch, and a mirror for half of its pictures."""
    (pictures,) = inputs
    size = pictures.shape[-1]
    reach = max(1, size // 10)
    down, along = (int(torch.randint(0, 2 * reach + 1, ())) for _ in range(2))
    moved = functional.pad(pictures, (reach,) * 4)[..., down : down + size, along : along + size]
    if how == "shift_flip":
        mirror = torch.rand(len(moved), 1, 1, 1, device=moved.device) < 0.5
        moved = torch.where(mirror, moved.flip(-1), moved)
    return (moved,)
