"""What the form is drawn from, and what a recipe refuses."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kargah.recipes import RECIPES, InvalidParams, parse_params, recorded
from kargah.recipes._described import record


@pytest.mark.parametrize("recipe", record()["recipes"], ids=lambda r: str(r["recipe"]))
def test_a_recipe_describes_itself_in_both_languages(recipe: dict[str, Any]) -> None:
    schema = recipe["params_schema"]
    Draft202012Validator.check_schema(schema)
    for name, shown in schema["properties"].items():
        assert shown["title"], name
        assert any("\u0600" <= c <= "\u06ff" for c in shown["x-title-fa"]) or name in {"optimizer"}, name
        assert ("description" in shown) == ("x-description-fa" in shown), name
        for words in ("x-enum-titles", "x-enum-titles-fa"):
            assert len(shown.get(words, [])) == len(shown.get("enum", [])), name
    assert set(recipe["primary_params"]) <= set(schema["properties"])


@pytest.mark.parametrize("recipe", record()["recipes"], ids=lambda r: str(r["recipe"]))
def test_the_defaults_of_the_schema_are_those_of_the_recipe_and_pass_it(recipe: dict[str, Any]) -> None:
    properties = recipe["params_schema"]["properties"]
    defaults = {name: shown["default"] for name, shown in properties.items() if "default" in shown}
    Draft202012Validator(recipe["params_schema"]).validate(defaults)
    params = RECIPES[recipe["recipe"]].INFO.params
    assert parse_params(params, defaults) == parse_params(params, {})


def test_the_committed_description_is_what_the_recipes_say() -> None:
    assert recorded() == record()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 1_000_000_000),
        ("epochs", "ten"),
        ("epochs", True),
        ("lr", 0),
        ("lr", float("nan")),
        ("hidden", "128"),
        ("hidden", [0]),
        ("hidden", [8] * 9),
        ("task", "guess"),
        ("unheard_of", 1),
    ],
)
def test_a_value_out_of_its_bounds_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidParams) as caught:
        parse_params(RECIPES["tabular"].INFO.params, {name: value})
    assert list(caught.value.errors) == [name]
