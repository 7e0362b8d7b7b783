"""The strings of an exported program that PyTorch evaluates as Python: sizes, guards and tree specifications.

Sizes go through `sympy.sympify` (which calls `eval`), guards through `exec`, and a tree specification may name a module
to import. Each is parsed here with `ast` or `json` and held against the few forms that `torch.export.save` writes.
"""

from __future__ import annotations

import ast
import json
import keyword
import re

from kargah.model_files.refusal import UnsafeModelFile

LONGEST = 4_000
DEEPEST = 60

SYMBOL = re.compile(r"[a-zA-Z]{1,8}[0-9]{0,9}")
DICT_KEY = re.compile(r"[\w \-./:]{1,200}")

# Constructors and functions that PyTorch's printer writes (sympy's `srepr`, and torch.utils._sympy.functions). None of
# them reads, imports or evaluates anything.
SIZE_FUNCTIONS = frozenset(
    [
        "Symbol",
        "Integer",
        "Float",
        "Rational",
        "Add",
        "Mul",
        "Pow",
        "Mod",
        "Max",
        "Min",
        "Abs",
        "Eq",
        "Ne",
        "Equality",
        "Unequality",
        "Equal",
        "StrictLessThan",
        "StrictGreaterThan",
        "LessThan",
        "GreaterThan",
        "Lt",
        "Gt",
        "Le",
        "Ge",
        "And",
        "Or",
        "Not",
        "ITE",
        "FloorDiv",
        "ModularIndexing",
        "Where",
        "PythonMod",
        "CleanDiv",
        "CeilToInt",
        "FloorToInt",
        "CeilDiv",
        "LShift",
        "RShift",
        "PowByNatural",
        "FloatPow",
        "FloatTrueDiv",
        "IntTrueDiv",
        "IsNonOverlappingAndDenseIndicator",
        "TruncToFloat",
        "TruncToInt",
        "RoundToInt",
        "RoundDecimal",
        "ToFloat",
        "Identity",
        "OpaqueUnaryFn_sqrt",
        "BitwiseFn_bitwise_and",
        "BitwiseFn_bitwise_or",
    ]
)
SIZE_NAMES = frozenset({"true", "false", "True", "False", "oo", "int_oo"})
ASSUMPTIONS = frozenset({"positive", "nonnegative", "negative", "nonpositive", "integer", "real", "nonzero", "zero"})
GUARD_FUNCTIONS = SIZE_FUNCTIONS | {"abs", "max", "min", "int", "float", "bool"}
GUARD_METHODS = frozenset({"size", "stride", "storage_offset", "dim", "numel"})

_OPERATORS = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Invert),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod),
    *(ast.BitAnd, ast.BitOr, ast.BitXor, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
    *(ast.Load, ast.Expression),
)


def check_size(text: str, part: str) -> None:
    """Takes the expression of a size: `Add(Symbol('s77', positive=True, integer=True), Integer(-1))`, or `s0 + 1`."""
    tree = _parsed(text, part)

    def check(node: ast.AST, depth: int) -> None:
        if depth > DEEPEST:
            raise UnsafeModelFile(part, "an expression of a size is nested too deeply")
        match node:
            case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str() as name)], keywords=keywords):
                if SYMBOL.fullmatch(name) is None or not all(_is_assumption(k) for k in keywords):
                    raise _strange(part, text)
                return
            case ast.Call(func=ast.Name(id="Float"), args=[ast.Constant(value=str() as digits)], keywords=keywords):
                if re.fullmatch(r"-?[0-9.]{1,40}(e[+-]?[0-9]{1,4})?", digits) is None:
                    raise _strange(part, text)
                if not all(k.arg in ("precision", "dps") and _is_small_number(k.value) for k in keywords):
                    raise _strange(part, text)
                return
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in SIZE_FUNCTIONS:
                for argument in arguments:
                    check(argument, depth + 1)
                return
            case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=int() as power)) if 0 <= power <= 8:
                check(base, depth + 1)
                return
            case ast.Name(id=name) if name in SIZE_NAMES or SYMBOL.fullmatch(name):
                # A name in sympy's namespace, say of a function, does nothing until it is called.
                return
        _check_plain(node, part, text)
        for child in ast.iter_child_nodes(node):
            check(child, depth + 1)

    check(tree, 0)


def check_guard(text: str, part: str) -> None:
    """Takes a condition on the inputs' shapes, such as `L['x'].size()[0] >= 2`."""
    tree = _parsed(text, part)

    def check(node: ast.AST, depth: int) -> None:
        if depth > DEEPEST:
            raise UnsafeModelFile(part, "a guard is nested too deeply")
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=method), args=arguments, keywords=[]):
                if method not in GUARD_METHODS:
                    raise _strange(part, text)
                check(value, depth + 1)
                for argument in arguments:
                    check(argument, depth + 1)
                return
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in GUARD_FUNCTIONS:
                for argument in arguments:
                    check(argument, depth + 1)
                return
            case ast.Subscript(value=value, slice=ast.Constant(value=key)):
                if not isinstance(key, int) and not (isinstance(key, str) and DICT_KEY.fullmatch(key)):
                    raise _strange(part, text)
                check(value, depth + 1)
                return
            case ast.Name(id="L"):
                return
        _check_plain(node, part, text)
        for child in ast.iter_child_nodes(node):
            check(child, depth + 1)

    check(tree, 0)


def check_inputs_tree(text: str, part: str) -> str:
    """As `check_tree`, of a call: positional, then keyword arguments, whose names become names of generated code."""
    checked = check_tree(text, part)
    _, root = json.loads(checked)
    parts = root["children_spec"]
    if root["type"] != "builtins.tuple" or [p["type"] for p in parts] != ["builtins.tuple", "builtins.dict"]:
        raise UnsafeModelFile(part, "does not describe the arguments of a call")
    for name in json.loads(parts[1]["context"]):
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise UnsafeModelFile(part, f"names an argument {name!r}")
    return checked


def check_tree(text: str, part: str) -> str:
    """The JSON of a tree specification, written anew. Takes tuples, lists and dictionaries, nested as they like."""
    try:
        protocol, root = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnsafeModelFile(part, "is no tree specification") from error
    if protocol != 1:
        raise UnsafeModelFile(part, "is a tree specification of an unknown kind")

    def checked(node: object, depth: int) -> dict[str, object]:
        if depth > DEEPEST:
            raise UnsafeModelFile(part, "is nested too deeply")
        if not isinstance(node, dict) or set(node) != {"type", "context", "children_spec"}:
            raise UnsafeModelFile(part, "is no tree specification")
        kind, context, children = node["type"], node["context"], node["children_spec"]
        if not isinstance(children, list):
            raise UnsafeModelFile(part, "is no tree specification")
        if kind in ("builtins.dict", "collections.OrderedDict"):
            context = json.dumps(_keys(context, part))
        elif (kind, context) not in (
            (None, None),
            ("builtins.tuple", "null"),
            ("builtins.list", "null"),
            ("torch.fx.immutable_collections.immutable_list", "null"),
        ):
            raise UnsafeModelFile(part, f"takes or gives a {kind}, not tuples, lists and dictionaries alone")
        return {"type": kind, "context": context, "children_spec": [checked(child, depth + 1) for child in children]}

    return json.dumps([1, checked(root, 0)])


def _keys(context: object, part: str) -> list[object]:
    try:
        keys = json.loads(context) if isinstance(context, str) else None
    except ValueError:
        keys = None
    if not isinstance(keys, list):
        raise UnsafeModelFile(part, "is no tree specification")
    for key in keys:
        if type(key) is not int and not (isinstance(key, str) and DICT_KEY.fullmatch(key)):
            raise UnsafeModelFile(part, "has a dictionary with a key that is no plain name")
    return keys


def _parsed(text: str, part: str) -> ast.Expression:
    if len(text) > LONGEST or "\n" in text or "#" in text:
        raise _strange(part, text)
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _strange(part, text) from error


def _check_plain(node: ast.AST, part: str, text: str) -> None:
    if isinstance(node, ast.Constant) and _is_number(node.value):
        return
    if not isinstance(node, _OPERATORS):
        raise _strange(part, text)


def _is_number(value: object) -> bool:
    return isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) < 2**64)


def _is_small_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and 0 < node.value <= 1_000


def _is_assumption(given: ast.keyword) -> bool:
    value = given.value
    return given.arg in ASSUMPTIONS and isinstance(value, ast.Constant) and isinstance(value.value, bool)


def _strange(part: str, text: str) -> UnsafeModelFile:
    return UnsafeModelFile(part, f"holds an expression that PyTorch does not write: {text}")
