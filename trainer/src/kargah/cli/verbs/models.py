"""Registered models: list, register, card, promote, approve, refuse, roll back, history.

`kargah models promote price 3 --why "…"` asks that champion point to version 3; `kargah models history price
--at 2026-03-03T14:05` says what was champion then. `kargah models card price 3 --set license=mit` fills its card.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kargah.cli.signed_in import signed_in
from kargah.client import Kargah, KargahError
from kargah.client.models import CHAMPION, PromotionRequest

if TYPE_CHECKING:
    from kargah.client import wire

FIELDS = ("intended_use", "out_of_scope", "limitations", "data_notes", "ethics", "license", "contact")
"""What people write on a card."""


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")

    def act(name: str, run: Callable[[Kargah, argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        added = acts.add_parser(name, help=about, description=about)
        added.add_argument("--json", action="store_true", help="a JSON object on each line")
        added.set_defaults(act=run)
        return added

    listed = act("list", _list, "registered models of the project")
    listed.add_argument("--search")
    listed.add_argument("--tag", metavar="KEY[=VALUE]")
    listed.add_argument("--alias", help="those of which something has this alias")
    for name, run, about in (
        ("versions", _versions, "versions of a model, newest first"),
        ("history", _history, "where protected aliases pointed when"),
        ("register", _register, "register a job's model as the next version"),
        ("evaluate", _evaluate, "judge a version on other data, as a job"),
        ("evaluations", _evaluations, "jobs that judged a version on other data, newest first"),
        ("against", _against, "whether another version is better on the same rows"),
        ("card", _card, "the model card of a version, in Markdown; with --set it is filled"),
        ("download", _download, "the package of a version, to be used with PyTorch alone"),
        ("promote", _promote, "ask that a protected alias point to a version"),
        ("approve", _approve, "approve what waits for it"),
        ("refuse", _refuse, "refuse what waits for approval"),
        ("rollback", _rollback, "let a protected alias point again to what it pointed to before"),
    ):
        added = act(name, run, about)
        added.add_argument("model")
        if name == "history":
            added.add_argument("--alias")
            added.add_argument("--at", metavar="TIME", help="RFC 3339: the move of each alias that held then")
        elif name == "register":
            added.add_argument("job", help="job_…")
            added.add_argument("--description", default="")
        elif name == "download":
            added.add_argument("version", type=int)
            added.add_argument("--into", metavar="PATH", help="a file or a folder; the current one if left out")
        elif name == "card":
            added.add_argument("version", type=int)
            added.add_argument("--language", choices=("fa", "en"), default="fa")
            added.add_argument(
                "--set", action="append", type=_field, default=[], metavar="FIELD=TEXT", help=", ".join(FIELDS)
            )
        elif name in ("evaluate", "evaluations"):
            added.add_argument("version", type=int)
            if name == "evaluate":
                added.add_argument("dataset", help="ds_…")
                added.add_argument("--dataset-version", type=int, help="the newest if left out")
                added.add_argument("--split", help="of the dataset's version; its own if left out")
        elif name == "against":
            added.add_argument("version", type=int)
            added.add_argument("other", type=int)
            added.add_argument("--metric", help="a figure of reports; accuracy of classes, mae of numbers")
        elif name in ("promote", "rollback"):
            if name == "promote":
                added.add_argument("version", type=int)
            added.add_argument("--alias", default=CHAMPION)
            added.add_argument("--why", default="", help="what the history says")
        elif name in ("approve", "refuse"):
            added.add_argument("--version", type=int, help="where several wait")
            added.add_argument("--reason", required=name == "refuse")
    act("waiting", _waiting, "requests that I may approve")
    ruled = act("rules", _rules, "the project's rules for protected aliases, as YAML; with --set they are set")
    ruled.add_argument("--set", metavar="FILE", help="a file of such YAML; - reads it from the input")


def run(options: argparse.Namespace) -> None:
    options.act(signed_in(options), options)


def _list(kargah: Kargah, options: argparse.Namespace) -> None:
    found = kargah.models.list(options.search, tag=options.tag, alias=options.alias)
    _print(options, (model.data for model in found), _model)


def _versions(kargah: Kargah, options: argparse.Namespace) -> None:
    _print(options, (version.data for version in kargah.models[options.model].versions()), _version)


def _history(kargah: Kargah, options: argparse.Namespace) -> None:
    try:
        found = kargah.models[options.model].history(options.alias, options.at)
    except ValueError as error:
        raise KargahError("validation_failed", f"--at: {error}", f"‎--at: {error}") from error
    _print(options, found, _move)


def _register(kargah: Kargah, options: argparse.Namespace) -> None:
    version = kargah.models.register(options.model, options.job, description=options.description)
    _print(options, [version.data], _version)


def _evaluate(kargah: Kargah, options: argparse.Namespace) -> None:
    version = kargah.models[options.model].version(options.version)
    job = version.evaluate(options.dataset, dataset_version=options.dataset_version, split=options.split)
    _print(options, [job.data], _judged)


def _evaluations(kargah: Kargah, options: argparse.Namespace) -> None:
    found = kargah.models[options.model].version(options.version).evaluations()
    _print(options, (job.data for job in found), _judged)


def _against(kargah: Kargah, options: argparse.Namespace) -> None:
    found = kargah.models[options.model].version(options.version).compared(options.other, options.metric)
    _print(options, [found], lambda one: f"{one['sentence']}\n{one['sentence_fa']}")


def _download(kargah: Kargah, options: argparse.Namespace) -> None:
    path = kargah.models[options.model].version(options.version).download_package(options.into)
    _print(options, [{"path": str(path)}], lambda one: str(one["path"]))


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in FIELDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no FIELD=TEXT; the fields are {', '.join(FIELDS)}")
    return name, value


def _card(kargah: Kargah, options: argparse.Namespace) -> None:
    version = kargah.models[options.model].version(options.version)
    fields = cast("wire.CardFields", dict(options.set))
    card = version.fill_card(**fields) if fields else version.card()
    print(json.dumps(card.data, ensure_ascii=False) if options.json else card.markdown(options.language))


def _promote(kargah: Kargah, options: argparse.Namespace) -> None:
    _show(options, kargah.models[options.model].promote(options.version, options.alias, why=options.why))


def _approve(kargah: Kargah, options: argparse.Namespace) -> None:
    _show(options, kargah.models[options.model].approve(options.version, options.reason))


def _refuse(kargah: Kargah, options: argparse.Namespace) -> None:
    _show(options, kargah.models[options.model].refuse(options.reason, options.version))


def _rollback(kargah: Kargah, options: argparse.Namespace) -> None:
    _print(options, [kargah.models[options.model].rollback(options.alias, why=options.why)], _move)


def _waiting(kargah: Kargah, options: argparse.Namespace) -> None:
    for request in kargah.models.waiting():
        _show(options, request)


def _rules(kargah: Kargah, options: argparse.Namespace) -> None:
    found = kargah.models.rules() if options.set is None else kargah.models.set_rules(_text_of(options.set))
    print(json.dumps(found, ensure_ascii=False) if options.json else found["yaml"], end="\n" if options.json else "")


def _text_of(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KargahError("validation_failed", f"{file}: {error}", f"{file} خوانده نمی‌شود: {error}") from error


def _show(options: argparse.Namespace, request: PromotionRequest) -> None:
    print(json.dumps(request.data, ensure_ascii=False) if options.json else request)


def _print(options: argparse.Namespace, found: Iterable[Any], line: Callable[[Any], str]) -> None:
    for one in found:
        print(json.dumps(one, ensure_ascii=False) if options.json else line(one))


def _model(model: Any) -> str:
    aliases = " ".join(f"@{one['alias']}={one['version']}" for one in model["aliases"])
    return f"{model['name']}\t{model['versions']}\t{aliases or '-'}"


def _version(version: Any) -> str:
    lineage = version["lineage"] or {}
    aliases = " ".join(f"@{alias}" for alias in version["aliases"])
    return f"{version['version']}\t{aliases or '-'}\t{lineage.get('job_id', '-')}\t{lineage.get('dataset_name') or '-'}"


def _judged(job: Any) -> str:
    figures = " ".join(f"{name}={value:.4g}" for name, value in job["metrics"].items() if isinstance(value, float))
    data = f"{job['dataset_name']} {job['dataset_version']}"
    return f"{job['job_id']}\t{job['state']}\t{data}\t{figures or '-'}"


def _move(move: Any) -> str:
    versions = f"{move['from_version'] or '-'} -> {move['to_version'] or '-'}"
    return f"{move['at']}\t{move['alias']}\t{move['kind']}\t{versions}\t{move['by']['name']}\t{move['why']}"
