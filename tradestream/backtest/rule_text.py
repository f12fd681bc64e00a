"""Rule texts as trees, and where in a text something stands. Nothing is executed."""

import ast

from tradestream.errors import RuleError


class RuleTexts:
    """The parsed texts of one strategy type.

    Args:
        strategy_name: Its name, for errors.
    """

    def __init__(self, strategy_name: str) -> None:
        self._name = strategy_name
        self._parts: dict[ast.AST, str] = {}

    def parse(self, part: str, text: str) -> ast.expr:
        """Return the tree of one expression.

        Args:
            part: What the text is of the type: `enter`, `exit`, or a name of `let`.
            text: The expression.

        Raises:
            RuleError: If the text is none; names the type, part, line, and column.
        """
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            lines = text.split("\n")
            end = len(lines), len(lines[-1]) + 1
            line, column = (error.lineno, error.offset) if error.offset else end
            at = _place(part, line or 1, column or 1)
            raise RuleError(f"{self._name}: {at}: {error.msg}") from error
        except (RecursionError, MemoryError, ValueError) as error:
            raise self.unreadable(part, error) from error
        self._parts |= dict.fromkeys(ast.walk(tree), part)
        return tree

    def fail(self, why: str, tree: ast.expr) -> RuleError:
        """Return the error that says what is wrong at the beginning of `tree`."""
        at = _place(self._parts[tree], tree.lineno, tree.col_offset + 1)
        return RuleError(f"{self._name}: {at}: {' '.join(why.split())}")

    def unreadable(self, part: str, error: Exception) -> RuleError:
        """Return the error that says that a text as a whole can not be read."""
        return RuleError(f"{self._name}: {part}: not to be read: {error}")


def _place(part: str, line: int, column: int) -> str:
    return f"{part}, line {line}, column {column}"
