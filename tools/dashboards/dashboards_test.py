"""What Grafana is given: one page a file, nothing on top of anything."""

import json
import re
from typing import Any

import pytest

from tools import metrics_reference, repository
from tools.dashboards.__main__ import documents, main
from tools.dashboards.grafana import document
from tools.dashboards.panels import Dashboard, Panel, Query, Row

PAGES = {path.stem: json.loads(text) for path, text in documents().items()}


def panels(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in page["panels"] if panel["type"] != "row"]


def test_the_files_are_those_of_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("uid", PAGES)
def test_a_page_has_its_address_and_asks_the_chosen_source(uid: str) -> None:
    page = PAGES[uid]

    assert page["uid"] == uid
    names = [variable["name"] for variable in page["templating"]["list"]]
    assert names[0] == "datasource"
    for panel in panels(page):
        sources = [panel["datasource"], *(t["datasource"] for t in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}
    assert len({panel["id"] for panel in page["panels"]}) == len(page["panels"])


@pytest.mark.parametrize("uid", PAGES)
def test_no_panel_lies_on_another(uid: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PAGES[uid]["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells), panel["title"]
        taken |= cells


@pytest.mark.parametrize("uid", PAGES)
def test_a_page_asks_only_for_what_rooms_declare(uid: str) -> None:
    declared = {
        one.full_name(what)
        for one in metrics_reference.rooms(repository.ROOT)
        for what in one.meters
    }
    for panel in panels(PAGES[uid]):
        for target in panel["targets"]:
            for name in re.findall(r"\btradestream_[a-z_]+\b", target["expr"]):
                assert name in declared or "${room}" in target["expr"], panel["title"]


def test_panels_that_do_not_fit_go_into_the_next_line() -> None:
    wide = [Panel(f"panel {n}", [Query("up")], width=10, height=3) for n in range(3)]

    page = document(Dashboard("page", "Page", "", [Row("row", wide)]))

    places = [panel["gridPos"] for panel in page["panels"]]
    assert [(place["x"], place["y"]) for place in places] == [
        (0, 0),
        (0, 1),
        (10, 1),
        (0, 4),
    ]
