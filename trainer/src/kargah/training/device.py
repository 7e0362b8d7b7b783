"""Where a recipe computes: on the CPU, or on the GPU that its job was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from kargah.protocols.failure import JobFailure

CPU = torch.device("cpu")
# From Ampere on, NVIDIA's GPUs multiply bfloat16 themselves; older ones imitate it, slower than float32.
BF16_CAPABILITY = (8, 0)


def device_for(gpus: Sequence[str]) -> torch.device:
    """`gpus`: those that the job was given, and sees as its only ones (`CUDA_VISIBLE_DEVICES`); none means the CPU.

    Raises:
        JobFailure: `gpu_unusable` when this PyTorch cannot use a GPU that is reserved for the job.
    """
    if not gpus:
        return CPU
    if not torch.cuda.is_available():
        raise JobFailure("gpu_unusable")
    return torch.device("cuda")


def describe_device(device: torch.device) -> str:
    """For the log."""
    return device.type if device == CPU else f"{device.type} ({torch.cuda.get_device_name(device)})"


def seed_device(device: torch.device, seed: int) -> None:
    """Seeds the generator that draws on `device`; the CPU's own is seeded in any case."""
    if device != CPU:
        torch.cuda.manual_seed(seed)


def computes_bf16(device: torch.device) -> bool:
    """True where `device` multiplies bfloat16 itself (on a CPU AVX512-BF16 or AMX); elsewhere float32 is faster."""
    if device != CPU:
        return torch.cuda.get_device_capability(device) >= BF16_CAPABILITY
    if torch.backends.cpu.get_cpu_capability() not in {"AVX512", "AMX"}:
        return False
    probes: list[Callable[[], bool]] = [
        getattr(torch.cpu, name, lambda: False) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    ]
    return any(probe() for probe in probes)
