"""The command line: a module in `kargah.cli.verbs` is a verb, with nothing else edited."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kargah.cli import main, verbs

VERBS = [
    "copy",
    "datasets",
    "demo",
    "download",
    "jobs",
    "keys",
    "ledger",
    "limits",
    "logs",
    "models",
    "move",
    "people",
    "recipes",
    "server",
    "stop",
    "train",
    "upload",
    "watch",
]
GREET = '''
"""Say hello.

More about it.
"""
from kargah.client import KargahError

def arguments(parser):
    parser.add_argument("who")

def run(options):
    if options.who == "nobody":
        raise KargahError("greet_nobody", "There is nobody.", "کسی نیست.")
    print("hello", options.who)
'''


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "greet_all.py").write_text(GREET.lstrip(), encoding="utf-8")
    monkeypatch.setattr(verbs, "__path__", [*verbs.__path__, str(tmp_path)])
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delitem(sys.modules, "kargah.cli.verbs.greet_all", raising=False)


@pytest.mark.usefixtures("dropped")
def test_a_module_that_is_dropped_in_is_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["greet-all", "sara"]) == 0
    assert capsys.readouterr().out == "hello sara\n"
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "greet-all    Say hello\n" in capsys.readouterr().out


@pytest.mark.usefixtures("dropped")
def test_what_the_bridge_refuses_is_said_in_both_languages_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["greet-all", "nobody"]) == 1
    said = capsys.readouterr().err
    assert "There is nobody." in said
    assert "کسی نیست." in said


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_says_what_it_does(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"usage: kargah {verb}" in capsys.readouterr().out


def test_a_verb_that_there_is_not_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tarin"])
    assert ended.value.code == 2
    assert "train" in capsys.readouterr().err


def test_nothing_heavy_is_loaded_to_list_the_verbs() -> None:
    code = (
        "import sys, kargah.cli as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(sorted({'torch', 'pandas', 'mlflow'} & set(sys.modules)) != [])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0
