"""Recipes that are dropped in, or brought by packages: what the bridge is told of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kargah
from kargah.launch.warm.safety import unknown_recipe
from kargah.recipes import _described, find, recorded_names

from .packages import LINEAR, install, install_linear

OURS = ["tabular", "image", "text"]


def asked(folder: Path, cache: Path | None = None, code: str | None = None) -> dict[str, Any]:
    """As the bridge asks, with `folder` among those that Python looks for packages in."""
    command = ["-m", "kargah.recipes"] if code is None else ["-c", code]
    kept = [] if cache is None else ["--cache", str(cache)]
    ran = subprocess.run(
        [sys.executable, "-P", *command, "installed", *kept],
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def names(told: dict[str, Any]) -> list[str]:
    return [recipe["recipe"] for recipe in told["recipes"]]


def test_ours_are_offered_in_their_order_without_loading_torch(tmp_path: Path) -> None:
    code = (
        "import runpy, sys\n"
        "try:\n    runpy.run_module('kargah.recipes', run_name='__main__', alter_sys=True)\n"
        "except SystemExit:\n    pass\n"
        "assert 'torch' not in sys.modules\n"
    )
    assert asked(tmp_path, code=code) == {"recipes": _described.recorded()["recipes"], "problems": [], "torch": True}
    assert recorded_names() == OURS


def test_a_package_brings_a_recipe_with_its_words_in_both_languages(tmp_path: Path) -> None:
    install_linear(tmp_path)
    told = asked(tmp_path)
    assert (names(told), told["problems"]) == ([*OURS, "linear"], [])
    linear = told["recipes"][-1]
    assert (linear["title"], linear["title_fa"], linear["version"]) == ("Linear regression", "رگرسیون خطی", "2.1.0")
    shown = linear["params_schema"]["properties"]
    assert list(shown)[:3] == ["target", "lr", "bias"]
    assert (shown["bias"]["x-title-fa"], shown["bias"]["default"]) == ("عرض از مبدأ", True)


def test_a_file_or_folder_beside_ours_is_a_recipe(tmp_path: Path) -> None:
    package = tmp_path / "kargah"
    shutil.copytree(Path(kargah.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    code = (LINEAR / "__init__.py").read_text(encoding="utf-8")
    (package / "recipes" / "linear.py").write_text(code, encoding="utf-8")
    (package / "recipes" / "plain").mkdir()
    (package / "recipes" / "plain" / "__init__.py").write_text(code.replace('"linear"', '"plain"'), encoding="utf-8")
    told = asked(tmp_path)
    assert (names(told), told["problems"]) == ([*OURS, "linear", "plain"], [])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import a_module_that_nobody_has", "ModuleNotFoundError: No module named 'a_module_that_nobody_has'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os.abort()", "importing it ended without an answer"),
        ("", "it has no INFO of type RecipeInfo"),
        ("from kargah.recipes.tabular import INFO, prepare", "its INFO calls it tabular, but it is installed as odd"),
        (
            "from dataclasses import dataclass, replace\n"
            "from kargah.recipes.tabular import INFO, prepare\n"
            "@dataclass\nclass Few:\n    lr: float = 1.0\n"
            "INFO = replace(INFO, recipe='odd', params=Few)",
            "its parameters lack batch_size, epochs",
        ),
    ],
)
def test_a_recipe_that_cannot_be_used_is_named_and_harms_no_other(tmp_path: Path, code: str, reason: str) -> None:
    install(tmp_path, "odd-package", {"odd": "odd_package"}, code)
    install_linear(tmp_path)
    told = asked(tmp_path)
    assert names(told) == [*OURS, "linear"]
    (problem,) = told["problems"]
    assert (problem["recipe"], problem["package"]) == ("odd", "odd-package 2.1.0")
    assert problem["reason"].startswith(reason)


def test_a_recipe_that_hangs_while_it_is_imported_is_given_up(tmp_path: Path) -> None:
    install(tmp_path, "slow-package", {"slow": "slow_package"}, "import threading; threading.Event().wait()")
    code = (
        "import runpy, sys\nfrom kargah.recipes import _described\n_described.LIMIT_SECONDS = 1\n"
        "sys.argv = ['kargah.recipes', 'answer', 'slow']\n"
        "runpy.run_module('kargah.recipes', run_name='__main__', alter_sys=True)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], env=os.environ | {"PYTHONPATH": str(tmp_path)}, check=False
    )
    assert ran.returncode < 0


def test_what_a_package_prints_while_it_is_imported_is_no_answer(tmp_path: Path) -> None:
    file = install_linear(tmp_path)
    code = file.read_text(encoding="utf-8").replace("INFO =", "print('{}')\nINFO =")
    file.write_text(code, encoding="utf-8")
    assert names(asked(tmp_path)) == [*OURS, "linear"]


def test_no_package_takes_the_place_of_ours(tmp_path: Path) -> None:
    install(tmp_path, "impostor", {"tabular": "impostor"}, "raise RuntimeError('never to be imported')")
    told = asked(tmp_path)
    assert names(told) == OURS
    assert told["problems"] == [
        {
            "recipe": "tabular",
            "package": "impostor 2.1.0",
            "reason": "kargah has a recipe of this name already",
        }
    ]


def test_a_package_is_imported_again_only_once_it_changed(tmp_path: Path) -> None:
    installed, imports, cache = tmp_path / "installed", tmp_path / "imports", tmp_path / "cache" / "recipes.json"
    installed.mkdir()
    file = install_linear(installed)
    mark = f"open({str(imports)!r}, 'a').write('x')\n"
    code = file.read_text(encoding="utf-8").replace("INFO =", mark + "INFO =")
    file.write_text(code, encoding="utf-8")
    first = asked(installed, cache)
    assert asked(installed, cache) == first
    assert imports.read_text() == "x"
    file.write_text(code.replace("Linear regression", "Straight line"), encoding="utf-8")
    assert asked(installed, cache)["recipes"][-1]["title"] == "Straight line"
    assert imports.read_text() == "xx"


@pytest.mark.parametrize("content", ["", "[]", '{"linear": 7}', '{"linear": {}}'])
def test_a_damaged_cache_is_as_none(tmp_path: Path, content: str) -> None:
    installed, cache = tmp_path / "installed", tmp_path / "recipes.json"
    installed.mkdir()
    install_linear(installed)
    cache.write_text(content, encoding="utf-8")
    assert names(asked(installed, cache)) == [*OURS, "linear"]


def test_without_torch_ours_are_described_and_packages_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_linear(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(_described, "find_spec", lambda _: None)
    told = _described.installed(None)
    assert (names(told), told["torch"]) == (OURS, False)
    assert told["problems"] == [
        {
            "recipe": "linear",
            "package": "linear-recipe 2.1.0",
            "reason": "PyTorch is not installed (pip install torch)",
        }
    ]


def test_a_warm_python_says_no_to_a_recipe_that_it_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unknown_recipe("tabular") is None
    assert unknown_recipe("linear") == {"code": "warm_launcher_recipe", "params": {"recipe": "linear"}}
    install_linear(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert unknown_recipe("linear") is None


@pytest.mark.parametrize("name", ["parts", "__init__", "_described", "../launch", "recipes.json", "nothing", ""])
def test_what_is_no_recipe_is_not_found(name: str) -> None:
    assert find(name) is None
