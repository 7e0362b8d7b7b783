"""How many threads torch gets: tried out on the first real steps, since nothing else predicts it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import torch

TRIED_STEPS = 4
WORTH_IT = 0.9


def thread_choices(useful: int, given: int | None) -> list[int]:
    """Rising thread counts worth trying: powers of two up to what is of use, was given and is free.

    `given` is what the job asked for (`job.json.cpus`); without it no more than the cores that nobody else uses now.
    """
    if given is None:
        variable = os.environ.get("OMP_NUM_THREADS", "")
        given = int(variable) if variable.isdigit() and int(variable) > 0 else None
    most = min(useful, len(os.sched_getaffinity(0)) if given is None else given)
    if given is None:
        # A thread that waits for a core holds up all the others at every operation: far slower than one thread alone.
        most = min(most, len(os.sched_getaffinity(0)) - _busy())
    choices = [1]
    while 2 * choices[-1] <= most:
        choices.append(2 * choices[-1])
    return choices


def _busy() -> int:
    """Cores that others use: the load of the last minute, unless it has ended since."""
    load = int(os.getloadavg()[0])
    try:
        running = int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[0]) - 1
    except (OSError, ValueError, IndexError):
        return load
    return max(0, min(load, running))


class ThreadProbe:
    """Takes turns between the choices for the first steps of training, then keeps the fastest.

    The steps are ordinary ones, so nothing is computed twice. More threads must bring a tenth to be kept.
    """

    def __init__(self, choices: Sequence[int]) -> None:
        self._times: dict[int, list[float]] = {count: [] for count in choices}
        self._turn = 0
        self._began = 0.0
        self.chosen: int | None = None
        if len(choices) == 1:
            self.settle(choices[0])
        else:
            torch.set_num_threads(choices[0])

    def settle(self, threads: int) -> None:
        """No more trying: a resumed run computes with as many threads as before, to the last bit."""
        self.chosen = threads
        torch.set_num_threads(threads)

    def before_step(self) -> None:
        choices = list(self._times)
        torch.set_num_threads(choices[self._turn % len(choices)])
        self._began = time.perf_counter()

    def after_step(self) -> bool:
        """True when the choice was made by this step."""
        choices = list(self._times)
        self._times[choices[self._turn % len(choices)]].append(time.perf_counter() - self._began)
        self._turn += 1
        if self._turn < TRIED_STEPS * len(choices):
            return False
        self.settle(self._fastest())
        return True

    def describe(self) -> str:
        return ", ".join(f"{count}: {1000 * self._middle(count):.2f} ms a step" for count in self._times)

    def _fastest(self) -> int:
        best, *others = self._times
        for count in others:
            if self._middle(count) < WORTH_IT * self._middle(best):
                best = count
        return best

    def _middle(self, count: int) -> float:
        # The first step of each warms caches and, for more than one thread, starts them.
        return statistics.median(self._times[count][1:])
