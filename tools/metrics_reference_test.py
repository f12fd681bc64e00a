"""The documents of metrics, from what rooms declare."""

from pathlib import Path

import pytest

from tools import metrics_reference, repository
from tradestream.runtime.meters import (
    JOB,
    OPEN,
    Meter,
    RoomMeters,
    counter,
    gauge,
)
from tradestream.runtime.traffic import BUS, CANDLES

METERS = RoomMeters.of(
    "kitchen",
    (
        counter("broken_plates_total", "plates", "plates that fell", cook=OPEN),
        gauge("oven_degrees", "degrees", "how hot it is", door=("open", "shut")),
    ),
)


def test_a_table_names_every_metric_with_its_labels() -> None:
    assert metrics_reference.block(METERS).splitlines()[2:-2] == [
        "| metric | says |",
        "|---|---|",
        "| `tradestream_kitchen_broken_plates_total{cook}` | plates that fell |",
        (
            "| `tradestream_kitchen_oven_degrees{door}` | how hot it is"
            " (`door`: open, shut) |"
        ),
    ]


def test_the_reference_says_type_unit_and_values_of_labels() -> None:
    text = metrics_reference.reference([METERS])

    assert (
        "| `tradestream_kitchen_broken_plates_total` | counter | plates | `cook`"
        " | plates that fell |" in text
    )
    assert "| gauge | degrees | `door`: open, shut | how hot it is |" in text


def test_the_documents_are_those_of_the_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert metrics_reference.main(["--check"]) == 0, capsys.readouterr().out


def test_every_room_says_what_it_measures_and_every_job_of_its_runs() -> None:
    declared = {one.room: one for one in metrics_reference.rooms(repository.ROOT)}
    folders = {
        path.parent.name for path in (repository.ROOT / "services").glob("*/main.py")
    }

    assert declared.keys() == folders
    for room, one in declared.items():
        if "runs_total" in one.meters:
            assert {meter.what for meter in JOB} <= one.meters.keys(), room


@pytest.mark.parametrize(
    ("flags", "meters"), [("define_bus()", BUS), ("define_candles()", CANDLES)]
)
def test_a_room_says_how_the_servers_that_it_uses_answer(
    flags: str, meters: tuple[Meter, ...]
) -> None:
    names = {meter.what for meter in meters}

    for one in metrics_reference.rooms(repository.ROOT):
        main = repository.ROOT / "services" / one.room / "main.py"
        uses = flags in main.read_text("utf-8")
        assert uses == (names <= one.meters.keys()), one.room


def test_a_readme_without_a_place_for_the_table_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "services" / "kitchen" / "README.md"
    readme.parent.mkdir(parents=True)
    readme.write_text("# kitchen\n")
    monkeypatch.setattr(metrics_reference, "rooms", lambda _: [METERS])

    with pytest.raises(ValueError, match=r"kitchen/README.md: the lines .* are"):
        metrics_reference.documents(tmp_path)
