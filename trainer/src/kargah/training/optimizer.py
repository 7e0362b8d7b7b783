"""The optimizer, the clipping of gradients and the precision of a step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from kargah.training.device import CPU, computes_bf16
from kargah.training.settings import Settings


def make_optimizer(settings: Settings, network: nn.Module) -> torch.optim.Optimizer:
    """All fused: one pass over the weights, on a CPU four times as fast as torch's own choice there."""
    parameters = list(network.parameters())
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=settings.lr, momentum=0.9, weight_decay=settings.weight_decay, fused=True)
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, lr=settings.lr, weight_decay=settings.weight_decay, fused=True)


def copied_state(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """As `optimizer.state_dict()`, which later steps leave as it is."""
    state = optimizer.state_dict()
    moments = {
        number: {name: value.clone() if isinstance(value, Tensor) else value for name, value in of.items()}
        for number, of in state["state"].items()
    }
    return state | {"state": moments}


class Steps:
    """`optimizer.step()` without its bookkeeping, which takes four times as long as the step of a small network.

    The first step is the optimizer's own and makes its state; the state stays the optimizer's.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer
        (self.group,) = optimizer.param_groups
        self._parameters: list[nn.Parameter] = self.group["params"]
        self._moments: tuple[list[Tensor], list[Tensor]] | None = None
        self._count = torch.zeros(())
        kernels = {torch.optim.AdamW: "_fused_adamw_", torch.optim.Adam: "_fused_adam_"}
        on_cpu = self._parameters[0].device == CPU
        self._kernel = getattr(torch, kernels.get(type(optimizer), ""), None) if on_cpu else None
        if self._kernel is not None and optimizer.state:
            self._share_state()

    def take(self, rate: float) -> None:
        self.group["lr"] = rate
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        if self._kernel is None or len(gradients) < len(self._parameters):
            self.optimizer.step()
            return
        if self._moments is None:
            self.optimizer.step()
            self._share_state()
            return
        self._count += 1
        beta1, beta2 = self.group["betas"]
        with torch.no_grad():
            self._kernel(
                self._parameters,
                gradients,
                *self._moments,
                [],
                [self._count] * len(gradients),
                lr=rate,
                beta1=beta1,
                beta2=beta2,
                weight_decay=self.group["weight_decay"],
                eps=self.group["eps"],
                amsgrad=False,
                maximize=False,
            )

    def _share_state(self) -> None:
        states = [self.optimizer.state[p] for p in self._parameters]
        self._moments = ([s["exp_avg"] for s in states], [s["exp_avg_sq"] for s in states])
        self._count = states[0]["step"]
        for state in states:
            state["step"] = self._count


def clip_gradients(parameters: list[nn.Parameter], most: float) -> None:
    """As `nn.utils.clip_grad_norm_`, without scaling by one where the norm is small enough to stay."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
    # A norm that is no number leaves the gradients alone: the loss then says so.
    if norm > most:
        torch._foreach_mul_(gradients, most / (norm + 1e-6))


def autocast(settings: Settings, gains: bool, device: torch.device) -> Callable[[], AbstractContextManager[object]]:
    """What the forward pass runs in. `gains`: the network is one that bfloat16 makes faster at equal accuracy."""
    if settings.precision == "bf16" or (settings.precision == "auto" and gains and computes_bf16(device)):
        return lambda: torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext
