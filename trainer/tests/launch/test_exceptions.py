"""What a failed script says of its failure: real scripts, and logs as other tools print them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kargah.launch.supervision.exceptions import MOST_LETTERS, Line, last_exception, last_line

from .test_supervise import Job

SPAWN = """
import multiprocessing, sys
def work():
    raise RuntimeError('in the child')
if __name__ == '__main__':
    child = multiprocessing.get_context('spawn').Process(target=work)
    child.start()
    child.join()
    sys.exit(child.exitcode)
"""
POOL = """
from concurrent.futures import ProcessPoolExecutor
def work(n):
    raise RuntimeError(f'in worker {n}')
if __name__ == '__main__':
    with ProcessPoolExecutor(1) as pool:
        print(list(pool.map(work, [7])))
"""
LOADER = """
from torch.utils.data import DataLoader
class Data(list):
    def __getitem__(self, at):
        raise IndexError('row 3 is damaged')
if __name__ == '__main__':
    list(DataLoader(Data([1, 2]), num_workers=1))
"""
MISSING = 'RuntimeError: Error(s) in loading state_dict for Linear: Missing key(s) in state_dict: "weight", "bias".'
THREAD = """
import threading
def noise():
    raise OSError('in a thread')
thread = threading.Thread(target=noise)
thread.start()
thread.join()
class Late:
    def __del__(self):
        raise TypeError('at the very end')
late = Late()
raise ValueError('the true one')
"""
TQDM = """
import sys
sys.stderr.write('\\r 10%|#   | 1/10\\r 20%|##  | 2/10')
sys.stderr.flush()
raise FloatingPointError('loss is nan')
"""
CHAIN = """
try:
    1 / 0
except ZeroDivisionError as error:
    raise KeyError('مقدار') from error
"""
PRINTED = """
import traceback
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
raise SystemExit('gave up')
"""
ARGPARSE = """
import argparse
parser = argparse.ArgumentParser(prog='p')
parser.add_argument('--lr', required=True)
parser.parse_args([])
"""
STATE_DICT = """
import torch
torch.nn.Linear(2, 2).load_state_dict({})
"""


@pytest.mark.parametrize(
    ("source", "code", "exception"),
    [
        pytest.param("raise ValueError('no rows')", "script_failed", "ValueError: no rows", id="an exception"),
        pytest.param("assert 1 == 2", "script_failed", "AssertionError", id="one without a message"),
        pytest.param(
            "import nothing_of_that_name",
            "script_failed",
            "ModuleNotFoundError: No module named 'nothing_of_that_name'",
            id="an import",
        ),
        pytest.param(CHAIN, "script_failed", "KeyError: 'مقدار'", id="a chain"),
        pytest.param(PRINTED, "script_failed", "ZeroDivisionError: division by zero", id="one that it printed itself"),
        pytest.param("def f(:", "script_syntax", "SyntaxError: invalid syntax", id="the syntax"),
        pytest.param(
            "exec('x = (')", "script_failed", "SyntaxError: '(' was never closed", id="the syntax of another file"
        ),
        pytest.param("import sys\nsys.exit('no data in ./data')", "script_exited", "no data in ./data", id="a message"),
        pytest.param(ARGPARSE, "script_exited", "p: error: the following arguments are required: --lr", id="argparse"),
        pytest.param("print('epoch 1')\nraise SystemExit(3)", "script_exited", "epoch 1", id="a code"),
        pytest.param("raise SystemExit(3)", "script_silent", None, id="a code and nothing else"),
        pytest.param(SPAWN, "script_failed", "RuntimeError: in the child", id="a child"),
        pytest.param(POOL, "script_failed", "RuntimeError: in worker 7", id="a worker of a pool"),
        pytest.param(LOADER, "script_failed", "IndexError: row 3 is damaged", id="a worker of a DataLoader"),
        pytest.param(THREAD, "script_failed", "ValueError: the true one", id="others around it"),
        pytest.param(TQDM, "script_failed", "FloatingPointError: loss is nan", id="after a progress bar"),
        pytest.param(STATE_DICT, "script_failed", MISSING, id="a message of several lines"),
        pytest.param(
            "import ctypes\nctypes.string_at(0)",
            "killed_by_signal",
            "Fatal Python error: Segmentation fault",
            id="a crash",
        ),
        pytest.param("import os\nos.kill(os.getpid(), 9)", "killed_by_signal", None, id="a kill"),
    ],
)
def test_a_failed_script_says_what_failed_and_where_its_log_says_so(
    tmp_path: Path, source: str, code: str, exception: str | None
) -> None:
    one = Job(tmp_path, source + "\n")
    error = one.run()["error"]
    assert (error["code"], error.get("params", {}).get("exception")) == (code, exception)
    if exception is not None:
        told = (one.folder / "log.txt").read_bytes()[error["params"]["log_offset"] :].decode()
        assert told.splitlines()[0].startswith(exception.partition(": Missing")[0])


def test_a_group_is_told_with_what_is_in_it(tmp_path: Path) -> None:
    source = "raise ExceptionGroup('two of five shards', [ValueError('shard 1'), OSError('shard 4')])\n"
    error = Job(tmp_path, source).run()["error"]
    assert error["params"]["exception"] == (
        "ExceptionGroup: two of five shards (2 sub-exceptions): ValueError: shard 1; OSError: shard 4"
    )


def test_neither_the_jobs_token_nor_control_characters_come_with_it_and_it_has_an_end(tmp_path: Path) -> None:
    source = "import os\nraise ValueError('\\x1b[31m' + os.environ['MLFLOW_TRACKING_TOKEN'] + '\\x07' + 'x' * 10**6)\n"
    told = Job(tmp_path, source).run()["error"]["params"]["exception"]
    assert told.startswith("ValueError: ••• xxx")
    assert len(told) == MOST_LETTERS


def _log(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "log.txt"
    path.write_text(text, encoding="utf-8")
    return path


RANKS = """[rank1]: Traceback (most recent call last):
[rank1]:   File "/x/train.py", line 3, in <module>
other output
[rank1]:     main()
[rank1]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
"""
RICH = """epoch 1
╭───────────────── Traceback (most recent call last) ─────────────────╮
│ /x/train.py:7 in <module>                                           │
│                                                                     │
│ ❱ 7 deep()                                                          │
│ ╭─ locals ─╮                                                        │
│ │ a = 1    │                                                        │
│ ╰──────────╯                                                        │
╰─────────────────────────────────────────────────────────────────────╯
ValueError: the rate is negative
"""
COLOURED = (
    "\x1b[1;35mTraceback\x1b[0m (most recent call last):\n  File \x1b[35m'x'\x1b[0m\n"
    "\x1b[1;35mKeyError\x1b[0m: \x1b[35m'a'\x1b[0m\n"
)


@pytest.mark.parametrize(
    ("text", "exception"),
    [
        (RANKS, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."),
        (RICH, "ValueError: the rate is negative"),
        (COLOURED, "KeyError: 'a'"),
        ("Traceback (most recent call last):\n  File 'x'\n", None),
        ("Traceback (most recent call last):\r\n  File 'x'\r\nKeyError: 'a'\r\n", "KeyError: 'a'"),
        ("all is well\n", None),
        ("", None),
        ("Traceback (most recent call last):\n  File 'x'\nOSError: caught\n" + "epoch\n" * 500, None),
    ],
    ids=["with ranks", "in a box", "in colours", "cut off", "of Windows", "none", "empty", "caught long ago"],
)
def test_an_exception_is_found_as_others_print_it(tmp_path: Path, text: str, exception: str | None) -> None:
    found = last_exception(_log(tmp_path, text))
    assert (found and found.text) == exception


def test_a_log_without_end_is_looked_at_from_its_end(tmp_path: Path) -> None:
    text = "x" * (3 << 20) + "\nTraceback (most recent call last):\n  File 'x'\n"
    assert last_exception(_log(tmp_path, text + "KeyError: 'a'\n")) == Line("KeyError: 'a'", len(text))


def test_a_log_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    found: list[Any] = [last_exception(tmp_path / "none"), last_line(tmp_path / "none"), last_line(tmp_path)]
    assert found == [None, None, None]
