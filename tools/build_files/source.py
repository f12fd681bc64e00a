"""What one Python source says about what it needs: pure, from its syntax tree."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+")


@dataclass(frozen=True, slots=True)
class Source:
    """What was read off one module.

    Attributes:
        imports: Dotted names of imported modules, and of names imported from them:
            `from a.b import c` gives `a.b.c`, whichever of the two is the module.
            Programs in string literals count.
        texts: Every string literal that is not prose; a file may be read by name.
        named: Dotted names in those; a module may be run by name.
        paths: What is joined with `/`, e.g. `platform/migrations`.
        arguments: Names of all function arguments; a test asks for fixtures so.
        fixtures: Names of the fixtures that it defines or imports.
        has_code: Whether there is more in it than a docstring.
    """

    imports: frozenset[str]
    texts: frozenset[str]
    named: frozenset[str]
    paths: frozenset[str]
    arguments: frozenset[str]
    fixtures: frozenset[str]
    has_code: bool


def read(text: str, package: str) -> Source:
    """Read the source of a module of `package` (dotted, "" for the root).

    Raises:
        SyntaxError: If it is not Python.
    """
    tree = ast.parse(text)
    nodes = list(_runtime_nodes(tree))
    functions = [
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    inner = {id(node.left) for node in nodes if isinstance(node, ast.BinOp)}
    texts = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose
    }
    programs = [node for text in texts for node in _program(text)]
    imports = {name for node in nodes + programs for name in _imported(node, package)}
    return Source(
        imports=frozenset(imports),
        texts=frozenset(texts),
        named=frozenset(name for text in texts for name in _DOTTED.findall(text)),
        paths=frozenset(
            path for node in nodes if id(node) not in inner and (path := _joined(node))
        ),
        arguments=frozenset(
            argument.arg
            for function in functions
            for argument in (*function.args.args, *function.args.kwonlyargs)
        ),
        fixtures=frozenset(
            {function.name for function in functions if _is_fixture(function)}
            | {name.rpartition(".")[2] for name in imports}
        ),
        has_code=not all(_is_text(statement) for statement in tree.body),
    )


def _runtime_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, leaving out what only a type checker runs."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for other in child.orelse:
                yield from _runtime_nodes(other)
        else:
            yield from _runtime_nodes(child)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, base] if base else parents)
        for alias in node.names:
            yield base if alias.name == "*" else f"{base}.{alias.name}"


def _program(text: str) -> list[ast.AST]:
    """Return the syntax of a text that is a program, as tests hand to `python -c`."""
    if "import " not in text:
        return []
    try:
        return list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return []


def _joined(node: ast.AST) -> str:
    """Return the literal end of `x / "a" / "b"`: `a/b`."""
    parts: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        if not isinstance(node.right, ast.Constant):
            break
        parts.insert(0, str(node.right.value))
        node = node.left
    return "/".join(parts)


def _is_fixture(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(line) for line in function.decorator_list)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
