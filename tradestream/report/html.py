"""Building HTML so that data can never become markup.

Text is escaped when it is put into an element; only what `element`, `raw`, and
`fragment` made passes unescaped. Pure.
"""

import html
import json
from collections.abc import Iterable
from typing import TypeAlias

_VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})


class Markup(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | int | Iterable[Child] | None"


def fragment(*children: Child) -> Markup:
    """Return `children` one after the other, text escaped."""
    return Markup("".join(_flat(children)))


def raw(text: str) -> Markup:
    """Return `text` as it is: for our own assets, never for data."""
    return Markup(text)


def element(
    tag: str, /, *children: Child, **attributes: str | int | bool | None
) -> Markup:
    """Return one element.

    Args:
        tag: Name of the element, e.g. `td`.
        *children: Text (escaped), markup, nested iterables; None is left out.
        **attributes: `class_` gives class, `data_x` gives data-x; None and False
            leave the attribute out, True gives it without a value.
    """
    opening = tag
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        opening += f" {label}"
        if value is not True:
            opening += f'="{html.escape(str(value))}"'
    if tag in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{''.join(_flat(children))}</{tag}>")


def data_script(identifier: str, value: object) -> Markup:
    """Return `value` as JSON in a script element that no data can close.

    Raises:
        ValueError: If `value` holds NaN or infinity.
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    name = html.escape(identifier)
    return Markup(f'<script type="application/json" id="{name}">{text}</script>')


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str | int):
            yield html.escape(str(child))
        else:
            yield from _flat(child)
