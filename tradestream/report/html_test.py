"""HTML that data cannot break out of."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.report.html import data_script, element, fragment, raw


def test_text_is_escaped_and_markup_is_not() -> None:
    assert element("td", "<b>", element("i", "&")) == "<td>&lt;b&gt;<i>&amp;</i></td>"


def test_nested_children_are_flattened_and_nothing_is_left_out() -> None:
    cells = (element("td", n) for n in (1, 2))

    assert element("tr", cells, None, ["x"]) == "<tr><td>1</td><td>2</td>x</tr>"


def test_attributes_are_named_quoted_and_left_out() -> None:
    made = element("a", class_="x", data_key='"<', hidden=True, title=None, open=False)

    assert made == '<a class="x" data-key="&quot;&lt;" hidden></a>'


def test_void_elements_have_no_end() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert fragment(raw("<hr>"), "<") == "<hr>&lt;"


@given(st.text())
def test_no_text_becomes_a_tag_or_leaves_an_attribute(text: str) -> None:
    made = element("p", text, title=text)

    assert made.count("<") == 2
    assert made.count(">") == 2
    assert made.count('"') == 2


@given(st.recursive(st.text() | st.integers(), lambda v: st.lists(v) | st.tuples(v, v)))
def test_no_data_closes_its_script(value: object) -> None:
    made = data_script("d", value)
    inside = re.fullmatch(r"<script [^>]*>(.*)</script>", made, re.DOTALL)

    assert inside is not None
    assert not re.search("[<>&\u2028\u2029]", inside[1])
    assert json.loads(inside[1]) == json.loads(json.dumps(value))


def test_data_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data_script("d", float("nan"))
