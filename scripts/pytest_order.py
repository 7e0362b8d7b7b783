"""`pytest -p scripts.pytest_order --order-seed N`: files, and the tests of each, in an order that the seed gives."""

from __future__ import annotations

import random
from typing import Any


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--order-seed", type=int, help="the seed of the order")


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    seed = config.getoption("--order-seed")
    if seed is None:
        return
    order = random.Random(seed)  # noqa: S311
    by_file: dict[Any, list[Any]] = {}
    for item in items:
        by_file.setdefault(item.path, []).append(item)
    files = list(by_file.values())
    order.shuffle(files)
    for tests in files:
        order.shuffle(tests)
    # A file's tests stay together, so that what they share is made once.
    items[:] = [item for tests in files for item in tests]


def pytest_report_header(config: Any) -> str | None:
    seed = config.getoption("--order-seed")
    return None if seed is None else f"order of the seed {seed}"
