"""Every alert fires on a real Prometheus that watches real rooms, and is silent else.

Nothing fires while all is well; then each condition is made, and its alert fires;
then all is mended, and nothing fires again. Durations are shortened.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pytest
import yaml

from tests.full_size.observability.run import watched
from tests.full_size.observability.seeing import eventually
from tests.full_size.observability.shortened import shortened, shortened_configuration
from tests.full_size.observability.troubles import (
    TROUBLES,
    Trouble,
    all_is_mended,
    all_is_well,
)
from tests.full_size.observability.world import Labels, World
from tradestream.local.full_size.prometheus_server import CONFIGURATION
from tradestream.testing.servers import temporary_folder

pytestmark = pytest.mark.timeout(1500)  # the first test waits for the whole story
RULES = sorted((CONFIGURATION / "rules").glob("*.yaml"))
_DURATION = re.compile(r"\b\d+(ms|s|m|h|d)\b")
_USED = re.compile(r"\{\{ \$labels\.(\w+)")
TEXTS = {
    (rule["alert"], rule["labels"]["severity"]): " ".join(rule["annotations"].values())
    for path in RULES
    for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
    for rule in group["rules"]
    if "alert" in rule
}


@dataclass(frozen=True, slots=True)
class Story:
    """Whether nothing fired nor was about to, before and after; what did between."""

    well: bool
    troubled: Mapping[tuple[str, str], Labels]
    mended: bool


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with temporary_folder("alerts") as folder:
        configuration = shortened_configuration(folder / "configuration")
        with watched(folder, configuration) as run:
            world = World(run)
            all_is_well(world)
            well = _until_quiet(world)
            troubled = _in_trouble(world)
            all_is_mended(world)
            yield Story(well, troubled, _until_quiet(world))


def _in_trouble(world: World) -> Mapping[tuple[str, str], Labels]:
    """Make all troubles; return what fired then."""
    began = time.monotonic()

    def fired() -> Mapping[tuple[str, str], Labels]:
        return world.fired(time.monotonic() - began)

    together = [trouble for trouble in TROUBLES if trouble.ends is None]
    for trouble in together:
        trouble.make(world)
    _patiently(lambda: {trouble.key for trouble in together} <= fired().keys())
    for trouble in TROUBLES:
        if trouble.ends is not None:
            trouble.make(world)
            _patiently(partial(_is_in, trouble.key, fired))
            trouble.ends(world)
    return fired()


def _is_in(
    key: tuple[str, str], fired: Callable[[], Mapping[tuple[str, str], Labels]]
) -> bool:
    return key in fired()


def _until_quiet(world: World) -> bool:
    return _patiently(world.run.prometheus.is_quiet)


def _patiently(seen: Callable[[], bool]) -> bool:
    """Wait for something, but not for ever: the tests say which alert is missing."""
    try:
        eventually("what is waited for", seen)
    except AssertionError:
        return False
    return True


def test_durations_are_all_that_is_changed() -> None:
    for path in RULES:
        text = path.read_text("utf-8")
        changed = shortened(text)
        assert changed != text or "[" not in text
        assert _DURATION.sub("…", changed) == _DURATION.sub("…", text)


def test_every_alert_has_what_makes_it_fire() -> None:
    assert sorted(trouble.key for trouble in TROUBLES) == sorted(TEXTS)


def test_nothing_fires_while_all_is_well(story: Story) -> None:
    assert story.well


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: "-".join(one.key))
def test_an_alert_fires_with_the_labels_that_it_names(
    story: Story, trouble: Trouble
) -> None:
    assert trouble.key in story.troubled
    assert set(_USED.findall(TEXTS[trouble.key])) <= story.troubled[trouble.key].keys()


def test_nothing_fires_when_all_is_mended(story: Story) -> None:
    assert story.mended
