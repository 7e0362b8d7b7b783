"""Model files that anybody may have made. What an attack would run makes a folder in the test's own directory."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kargah.client.errors import KargahError
from kargah.client.predict import Predictor
from kargah.model_files import UnsafeModelFile, check, copy_allowed, load_program
from kargah.model_files.program import is_allowed_operator

Entries = dict[str, bytes]
PROGRAM = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"
CONSTANTS = "data/constants/model_constants_config.json"


class Network(nn.Module):
    """Weights, buffers, constants, a free dimension, arithmetic on sizes, a nested graph, dictionaries in and out."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 2)
        self.conv = nn.Conv2d(1, 2, 3)
        self.register_buffer("scale", torch.full((2,), 0.5))

    def forward(self, x: torch.Tensor, image: torch.Tensor, more: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            seen = self.conv(image).mean()
        rows = torch.relu(self.linear(x)) * self.scale + seen + torch.tensor([1.0, 2.0])
        return {"rows": rows, "some": torch.cat([x, x])[: x.shape[0] - 1] + more["bias"]}


INPUTS = (torch.arange(12.0).reshape(4, 3), torch.ones(2, 1, 8, 8), {"bias": torch.ones(3)})


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    rows = torch.export.Dim("rows", min=4, max=64)
    free = ({0: rows}, {0: torch.export.Dim.DYNAMIC}, {"bias": None})
    program = torch.export.export(Network().eval(), INPUTS, dynamic_shapes=free)
    path = tmp_path_factory.mktemp("honest") / "honest.pt2"
    torch.export.save(program, path, extra_files={"kargah.json": '{"target": "هدف"}'})
    return path


def entries_of(path: Path) -> Entries:
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def written(entries: Entries, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(f"model/{name}", data)
    return path


def changed(entries: Entries, name: str, change: Callable[[Any], None]) -> None:
    content = json.loads(entries[name])
    change(content)
    entries[name] = json.dumps(content).encode()


class MakesAFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.mkdir, (self.path,)


def test_a_program_answers_after_the_check_as_it_did_before(honest: Path) -> None:
    loaded = load_program(honest)
    before = torch.export.load(honest).module()(*INPUTS)
    after = loaded.program.module()(*INPUTS)
    assert set(after) == set(before)
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert loaded.extra == {"kargah.json": '{"target": "هدف"}'}


def test_the_checked_program_takes_other_numbers_of_rows_and_refuses_those_it_was_not_made_for(honest: Path) -> None:
    module = load_program(honest).program.module()
    assert module(torch.zeros(9, 3), INPUTS[1], INPUTS[2])["rows"].shape == (9, 2)
    with pytest.raises(Exception, match=r"Guard failed|expected"):
        module(torch.zeros(2, 3), INPUTS[1], INPUTS[2])


def first_node(program: Any) -> Any:
    return program["graph_module"]["graph"]["nodes"][0]


def an_operator(target: str) -> Callable[[Any, str], None]:
    def change(entries: Entries, marker: str) -> None:
        changed(entries, PROGRAM, lambda program: first_node(program).update(target=target))

    return change


def in_the_program(change: Callable[[Any, str], None]) -> Callable[[Entries, str], None]:
    return lambda entries, marker: changed(entries, PROGRAM, lambda program: change(program, marker))


def pickled_weight(entries: Entries, marker: str) -> None:
    def change(content: Any) -> None:
        next(iter(content["config"].values()))["use_pickle"] = True

    changed(entries, WEIGHTS, change)
    buffer = io.BytesIO()
    torch.save(MakesAFolder(Path(marker)), buffer)
    entries["data/weights/weight_0"] = buffer.getvalue()


def an_object(kind: str) -> Callable[[Entries, str], None]:
    def change(entries: Entries, marker: str) -> None:
        entries[f"data/constants/{kind}_0"] = pickle.dumps(MakesAFolder(Path(marker)))
        changed(
            entries,
            CONSTANTS,
            lambda content: content["config"].update(
                extra={"path_name": f"{kind}_0", "is_param": False, "use_pickle": True, "tensor_meta": None}
            ),
        )

    return change


def old_weights(entries: Entries, marker: str) -> None:
    buffer = io.BytesIO()
    torch.save(MakesAFolder(Path(marker)), buffer)
    entries["data/weights/model.pt"] = buffer.getvalue()


def native_code(entries: Entries, marker: str) -> None:
    entries["data/aotinductor/model/model.so"] = b"\x7fELF"


def sample_inputs(entries: Entries, marker: str) -> None:
    buffer = io.BytesIO()
    torch.save((MakesAFolder(Path(marker)),), buffer)
    entries["data/sample_inputs/model.pt"] = buffer.getvalue()


def sample_inputs_without_a_zip(entries: Entries, marker: str) -> None:
    entries["data/sample_inputs/model.pt"] = pickle.dumps(MakesAFolder(Path(marker)))


def size_expression(program: Any, marker: str) -> None:
    sizes = program["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    sizes[0] = {"as_expr": {"expr_str": f"__import__('os').mkdir({marker!r})", "hint": None}}


def size_expression_in_a_function(program: Any, marker: str) -> None:
    sizes = program["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    sizes[0] = {"as_expr": {"expr_str": f'Max(1, sympify(\'__import__("os").mkdir("{marker}")\'))', "hint": None}}


def symbol_name(program: Any, marker: str) -> None:
    program["range_constraints"][f"__import__('os').mkdir({marker!r})"] = {"min_val": 0, "max_val": 1}


def guard(program: Any, marker: str) -> None:
    program["guards_code"] = [f"L['x'].size()[0] >= 2 or __import__('os').mkdir({marker!r})"]


def guard_with_a_quote(program: Any, marker: str) -> None:
    program["guards_code"] = ["L['x\\'']['\"'].size()[0] >= 2"]


def generated_code(program: Any, marker: str) -> None:
    name = f"x=__import__('os').mkdir({marker!r})"
    text = json.dumps(program).replace('"name": "x"', f'"name": {json.dumps(name)}')
    program.clear()
    program.update(json.loads(text))


def argument_name(program: Any, marker: str) -> None:
    first_node(program)["inputs"][0].update(name=f"a=__import__('os').mkdir({marker!r}), b", kind=2)


def keyword_of_the_call(program: Any, marker: str) -> None:
    signature = program["graph_module"]["module_call_graph"][0]["signature"]
    protocol, tree = json.loads(signature["in_spec"])
    tree["children_spec"][1]["context"] = json.dumps([f"a=__import__('os').mkdir({marker!r})"])
    signature["in_spec"] = json.dumps([protocol, tree])


def imported_factory(program: Any, marker: str) -> None:
    signature = program["graph_module"]["module_call_graph"][0]["signature"]
    context = {"default_factory_module": "this", "default_factory_name": "s", "dict_context": []}
    tree = {"type": "collections.defaultdict", "context": context, "children_spec": []}
    signature["out_spec"] = json.dumps([1, tree])


def imported_enumeration(program: Any, marker: str) -> None:
    signature = program["graph_module"]["module_call_graph"][0]["signature"]
    context = json.dumps([{"__enum__": True, "fqn": "this:s", "name": "s"}])
    signature["out_spec"] = json.dumps([1, {"type": "builtins.dict", "context": context, "children_spec": []}])


def custom_object(program: Any, marker: str) -> None:
    values = program["graph_module"]["graph"]["custom_obj_values"]
    values["thing"] = {"name": "thing", "class_fqn": "__torch__.Thing"}


def field_of_the_future(program: Any, marker: str) -> None:
    program["graph_module"]["graph"]["on_load"] = "anything"


def nested_far_too_deeply(entries: Entries, marker: str) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    changed(entries, PROGRAM, lambda program: program["graph_module"]["graph"].update(inputs=deep))


def unknown_entry(entries: Entries, marker: str) -> None:
    entries["data/executorch/model.pte"] = b"x"


def escaping_text(entries: Entries, marker: str) -> None:
    entries["extra/../../model.json"] = b"x"


ATTACKS: dict[str, Callable[[Entries, str], None]] = {
    "a weight that is pickled": pickled_weight,
    "a custom object": an_object("custom_obj"),
    "an opaque object": an_object("opaque_obj"),
    "weights in the old, pickled form": old_weights,
    "a native library": native_code,
    "example inputs that are not tensors": sample_inputs,
    "example inputs as a bare pickle": sample_inputs_without_a_zip,
    "code as the expression of a size": in_the_program(size_expression),
    "code inside a function of a size": in_the_program(size_expression_in_a_function),
    "code as the name of a symbol": in_the_program(symbol_name),
    "code in a guard": in_the_program(guard),
    "a guard that ends its own message": in_the_program(guard_with_a_quote),
    "code as the name of an input": in_the_program(generated_code),
    "code as the name of an argument": in_the_program(argument_name),
    "code as the keyword of a call": in_the_program(keyword_of_the_call),
    "a module to import as a factory": in_the_program(imported_factory),
    "a module to import as an enumeration": in_the_program(imported_enumeration),
    "an object of a custom class": in_the_program(custom_object),
    "a field that is not known": in_the_program(field_of_the_future),
    "nesting without end": nested_far_too_deeply,
    "an entry that is not known": unknown_entry,
    "a text outside its folder": escaping_text,
    "torch.load as an operator": an_operator("torch.load"),
    "a module of Python's as an operator": an_operator("torch.os.system"),
    "an operator that opens files": an_operator("torch.ops.aten.from_file.default"),
    "a kernel of Triton's": an_operator("torch.ops.higher_order.triton_kernel_wrapper_functional"),
    "an attribute of an attribute as an operator": an_operator("_operator.attrgetter"),
    "an extension as an operator": an_operator("#custom:thing"),
    "dunder of an operator": an_operator("torch.ops.aten.__class__.default"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_file_is_refused_that_holds(attack: str, honest: Path, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    entries = entries_of(honest)
    ATTACKS[attack](entries, str(marker))
    path = written(entries, tmp_path / "attack.pt2")
    with pytest.raises(UnsafeModelFile) as refusal:
        check(path)
    assert str(refusal.value).isprintable()
    with pytest.raises(UnsafeModelFile):
        load_program(path)
    assert not marker.exists()


@pytest.mark.parametrize("attack", ["a weight that is pickled", "a native library", "code in a guard"])
def test_a_predictor_names_what_it_refuses(attack: str, honest: Path, tmp_path: Path) -> None:
    entries = entries_of(honest)
    ATTACKS[attack](entries, str(tmp_path / "was-run"))
    with pytest.raises(KargahError) as refusal:
        Predictor.load(written(entries, tmp_path / "attack.pt2"))
    assert refusal.value.code == "model_unsafe"
    assert refusal.value.message != refusal.value.message_fa
    assert not (tmp_path / "was-run").exists()


def test_an_archive_with_two_readings_is_refused_or_loses_one(honest: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.pt2"
    twice.write_bytes(honest.read_bytes())
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(f"{archive.namelist()[0].partition('/')[0]}/{PROGRAM}", b"{}")
    with pytest.raises(UnsafeModelFile):
        check(twice)
    two_roots = tmp_path / "two.pt2"
    two_roots.write_bytes(honest.read_bytes())
    with zipfile.ZipFile(two_roots, "a") as archive:
        archive.writestr(f"other/{PROGRAM}", b"{}")
    with pytest.raises(UnsafeModelFile):
        check(two_roots)
    hidden = tmp_path / "hidden.pt2"
    hidden.write_bytes(b"PK\x03\x04 what another reader may see" + honest.read_bytes())
    copy = io.BytesIO()
    copy_allowed(hidden, copy)
    assert b"another reader" not in copy.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04K\x01.", b"not a model at all"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    path.write_bytes(content)
    with pytest.raises(UnsafeModelFile):
        check(path)


def test_a_file_that_was_cut_is_refused(honest: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.pt2"
    path.write_bytes(honest.read_bytes()[:-200])
    with pytest.raises(UnsafeModelFile):
        check(path)


def test_a_compressed_entry_is_refused_before_it_is_unpacked(honest: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt2"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries_of(honest).items():
            archive.writestr(f"model/{name}", data)
        archive.writestr("model/data/weights/weight_9", bytes(50_000_000))
    with pytest.raises(UnsafeModelFile, match="compressed"):
        check(path)


def test_operators_that_compute_are_allowed_and_paths_to_python_are_not() -> None:
    assert all(
        map(
            is_allowed_operator,
            ["torch.ops.aten.linear.default", "torch.ops.aten.__and__.Tensor", "_operator.getitem", "torch.sym_max"],
        )
    )
    refused = ["torch.hub.load", "torch.ops.load_library", "torch.ops.aten.linear", "builtins.eval", "operator.add", ""]
    assert not any(map(is_allowed_operator, refused))


def judged(path: Path) -> dict[str, Any]:
    form = "mlflow" if path.suffix == ".zip" else "pt2"
    asked = [sys.executable, "-m", "kargah.model_files", form, str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(asked, check=True, capture_output=True, timeout=240).stdout)
    return answer


def test_a_process_that_holds_no_pytorch_says_what_a_file_is(honest: Path, tmp_path: Path) -> None:
    assert judged(honest) == {"ok": True}
    entries = entries_of(honest)
    native_code(entries, "")
    refused = judged(written(entries, tmp_path / "attack.pt2"))
    assert (refused["ok"], refused["part"]) == (False, "data/aotinductor/model/model.so")


@pytest.mark.parametrize("name", ["data/model.pth", "python_model.pkl", "code/model.py", "data/pickle_module_info"])
def test_a_whole_mlflow_model_is_refused_for_a_file_that_may_run_code(name: str, honest: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("MLmodel", "flavors: {}")
        archive.write(honest, "data/model.pt2")
    assert judged(path) == {"ok": True}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    assert judged(path)["part"] == name


def test_a_program_inside_a_whole_mlflow_model_is_held_against_the_list_too(honest: Path, tmp_path: Path) -> None:
    entries = entries_of(honest)
    an_operator("torch.load")(entries, "")
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(written(entries, tmp_path / "attack.pt2"), "data/model.pt2")
    assert judged(path)["part"].startswith("data/model.pt2 models/model.json")
