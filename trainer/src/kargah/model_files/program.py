"""Holds the graph of an exported program (`models/model.json`) against an allow list.

The fields are those of torch/_export/serde/schema.py. PyTorch turns names of values into Python source, looks
operators up by the path that the file gives (`torch.load` is one), and evaluates sizes and guards: so every string is
judged by the field it stands in, and a field that is not known here is refused.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from typing import Any

from kargah.model_files.expressions import check_guard, check_inputs_tree, check_size, check_tree
from kargah.model_files.refusal import UnsafeModelFile

DEEPEST = 80

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,299}")
PATH = re.compile(r"[\w.]{0,600}")
WORD = re.compile(r"[A-Za-z0-9_.+:<=>\-]{0,100}")
STACK = re.compile(r"[^\x00-\x1f\x7f]{0,8000}")

# Namespaces of operators that compute. Operators of other namespaces are somebody's extension.
OPERATOR = re.compile(r"torch\.ops\.(aten|prims|quantized_decomposed)\.([A-Za-z_]\w*)\.([A-Za-z_]\w*)")
# They open a file that the program names.
REFUSED_OPERATORS = frozenset({"from_file"})
# The operators of Python's `&`, `|` and their like on tensors; any other name of this form is an attribute of Python's.
BITWISE = frozenset(f"__{i}{name}__" for i in ("", "i") for name in ("and", "or", "xor", "lshift", "rshift"))
HIGHER_ORDER = frozenset(
    f"torch.ops.higher_order.{name}"
    for name in ("cond", "while_loop", "scan", "map_impl", "wrap_with_set_grad_enabled", "wrap_with_autocast")
)
PYTHON_OPERATORS = frozenset(
    f"_operator.{name}"
    for name in [
        "getitem",
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "neg",
        "pos",
        "abs",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "and_",
        "or_",
        "xor",
        "not_",
        "invert",
        "lshift",
        "rshift",
    ]
)
SCALAR_FUNCTIONS = frozenset(
    [f"math.{name}" for name in ["ceil", "floor", "trunc", "sqrt", "pow", "log", "exp", "cos", "sin", "tan"]]
    + [
        f"torch.{name}"
        for name in [
            "sym_int",
            "sym_float",
            "sym_max",
            "sym_min",
            "sym_not",
            "sym_ite",
            "sym_sum",
            "sym_sqrt",
            "_sym_sqrt",
        ]
    ]
    + ["torch.ops.aten.sym_size.int", "torch.ops.aten.sym_stride.int", "torch.sym_fresh_size"]
)


def is_allowed_operator(target: str) -> bool:
    """Whether a node may call `target`, the dotted path as the file gives it."""
    if target in HIGHER_ORDER or target in PYTHON_OPERATORS or target in SCALAR_FUNCTIONS:
        return True
    found = OPERATOR.fullmatch(target)
    return found is not None and found[2] not in REFUSED_OPERATORS and (found[2] in BITWISE or found[2][:2] != "__")


def _name(value: str, part: str) -> str:
    if NAME.fullmatch(value) is None or keyword.iskeyword(value):
        raise UnsafeModelFile(part, f"names a value {value!r}")
    return value


def _name_or_nothing(value: str, part: str) -> str:
    return value if value == "" else _name(value, part)


def _matching(pattern: re.Pattern[str]) -> Callable[[str, str], str]:
    def check(value: str, part: str) -> str:
        if pattern.fullmatch(value) is None:
            raise UnsafeModelFile(part, f"holds {value!r}")
        return value

    return check


def _operator(value: str, part: str) -> str:
    if not is_allowed_operator(value):
        raise UnsafeModelFile(part, f"calls {value}, which is not among PyTorch's own operators that compute")
    return value


def _size(value: str, part: str) -> str:
    check_size(value, part)
    return value


def _guard(value: str, part: str) -> str:
    check_guard(value, part)
    return value


def _text(value: str, part: str) -> str:
    # Becomes a quoted constant of the generated code, whatever it holds.
    if len(value) > 10_000:
        raise UnsafeModelFile(part, "holds a text that is too long")
    return value


_path, _word = _matching(PATH), _matching(WORD)

STRINGS: dict[str, Callable[[str, str], str]] = {
    "name": _name_or_nothing,
    "as_name": _name,
    "user_input_name": _name,
    "forward_arg_names": _name,
    "parameter_name": _path,
    "buffer_name": _path,
    "tensor_constant_name": _path,
    "fqn": _path,
    "target": _operator,
    "as_operator": _operator,
    "expr_str": _size,
    "guards_code": _guard,
    "in_spec": check_inputs_tree,
    "out_spec": check_tree,
    "as_string": _text,
    "as_strings": _text,
    "type": _word,
    "verifiers": _word,
    "torch_version": _word,
}
"""What a string may be, by the field that it stands in."""

MAPS: dict[str, Callable[[str, str], str]] = {
    "tensor_values": _name,
    "sym_int_values": _name,
    "sym_bool_values": _name,
    "sym_float_values": _name,
    "range_constraints": _size,
    "opset_version": _word,
    "as_string_to_argument": _name,
}
"""Fields that map names to values, and what the names may be."""

REFUSED = {
    "as_custom_obj": "an object of a custom class",
    "custom_obj": "an object of a custom class",
    "custom_obj_values": "objects of custom classes",
    "treespec_namedtuple_fields": "named tuples",
}
"""Fields that must be empty: what they hold is made by code that the file names."""

FIELDS = frozenset(
    [
        "graph_module",
        "graph",
        "signature",
        "module_call_graph",
        "metadata",
        "inputs",
        "outputs",
        "nodes",
        "is_single_tensor_return",
        "arg",
        "kind",
        "is_hop_single_tensor_return",
        "input_specs",
        "output_specs",
        "user_input",
        "parameter",
        "buffer",
        "tensor_constant",
        "token",
        "constant_input",
        "persistent",
        "user_output",
        "loss_output",
        "buffer_mutation",
        "gradient_to_parameter",
        "gradient_to_user_input",
        "user_input_mutation",
        "parameter_mutation",
        "value",
        "as_none",
        "as_tensor",
        "as_tensors",
        "as_int",
        "as_ints",
        "as_float",
        "as_floats",
        "as_sym_int",
        "as_sym_ints",
        "as_scalar_type",
        "as_memory_format",
        "as_layout",
        "as_device",
        "as_bool",
        "as_bools",
        "as_sym_bool",
        "as_sym_bools",
        "as_graph",
        "as_optional_tensors",
        "as_sym_float",
        "as_sym_floats",
        "as_optional_tensor",
        "as_complex",
        "as_nested_tensors",
        "as_int_lists",
        "as_float_lists",
        "as_expr",
        "hint",
        "real",
        "imag",
        "index",
        "dtype",
        "sizes",
        "requires_grad",
        "device",
        "strides",
        "storage_offset",
        "layout",
        "schema_version",
        "major",
        "minor",
        "min_val",
        "max_val",
    ]
)


def allowed_program(program: object) -> dict[str, Any]:
    """The program as JSON with only what was allowed; remarks on where each node came from are left out.

    Raises:
        UnsafeModelFile: with the field.
    """
    if not isinstance(program, dict):
        raise UnsafeModelFile("models/model.json", "is no exported program")
    return {key: _allowed(key, value, f"models/model.json {key}", 0) for key, value in program.items()}


def _allowed(field: str, value: Any, part: str, depth: int) -> Any:
    if field in REFUSED:
        if value:
            raise UnsafeModelFile(part, f"holds {REFUSED[field]}")
        return value
    if field == "metadata":
        return _allowed_metadata(value, part)
    if field in MAPS:
        if not isinstance(value, dict):
            raise UnsafeModelFile(part, "is not what PyTorch writes")
        return {MAPS[field](key, part): _contents(field, entry, part, depth) for key, entry in value.items()}
    if field not in STRINGS and field not in FIELDS:
        raise UnsafeModelFile(part, "is not known: the file was perhaps written by a newer PyTorch")
    return _contents(field, value, part, depth)


def _contents(field: str, value: Any, part: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise UnsafeModelFile(part, "is nested too deeply")
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        check = STRINGS.get(field)
        if check is None:
            return _number_as_text(value, part)
        return check(value, part)
    if isinstance(value, list):
        return [_contents(field, entry, part, depth + 1) for entry in value]
    if isinstance(value, dict):
        return {key: _allowed(key, entry, f"{_place(part)} {key}", depth + 1) for key, entry in value.items()}
    raise UnsafeModelFile(part, "is not what PyTorch writes")


def _number_as_text(value: str, part: str) -> str:
    if value not in ("Infinity", "-Infinity", "NaN"):
        raise UnsafeModelFile(part, f"holds {value!r}")
    return value


def _allowed_metadata(value: Any, part: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise UnsafeModelFile(part, "is not what PyTorch writes")
    stack = value.get("nn_module_stack")
    return {"nn_module_stack": stack} if isinstance(stack, str) and STACK.fullmatch(stack) else {}


def _place(part: str) -> str:
    """Keeps the name of a deep place short: the file and the last two fields."""
    words = part.split(" ")
    return " ".join(words if len(words) <= 3 else [words[0], "…", words[-1]])
