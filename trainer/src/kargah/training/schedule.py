"""The learning rate of every optimizer step: a pure function of it, so that a resumed run needs no state."""

from __future__ import annotations

import math

from kargah.training.settings import Settings

LAST_SHARE = 0.01
ONE_CYCLE_FIRST = 0.04
ONE_CYCLE_RISE = 0.3


def learning_rate(settings: Settings, step: int, steps: int) -> float:
    """The rate of optimizer step `step` (from 0) of `steps`.

    After a warm-up that rises evenly, cosine and linear fall to a hundredth. One-cycle (Smith and Topin, 2017) brings
    its own rise from a 25th, over 30 % of the steps, and falls to a hundredth of a hundredth.
    """
    if settings.schedule == "one_cycle":
        return settings.lr * _one_cycle(step / max(1, steps))
    warm = math.ceil(settings.warmup * steps)
    if step < warm:
        return settings.lr * (step + 1) / (warm + 1)
    share = (step - warm) / max(1, steps - warm)
    if settings.schedule == "cosine":
        return settings.lr * _cosine(1.0, LAST_SHARE, share)
    if settings.schedule == "linear":
        return settings.lr * (1 - (1 - LAST_SHARE) * share)
    return settings.lr


def _one_cycle(share: float) -> float:
    if share < ONE_CYCLE_RISE:
        return _cosine(ONE_CYCLE_FIRST, 1.0, share / ONE_CYCLE_RISE)
    return _cosine(1.0, LAST_SHARE**2, (share - ONE_CYCLE_RISE) / (1 - ONE_CYCLE_RISE))


def _cosine(first: float, last: float, share: float) -> float:
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * share))
