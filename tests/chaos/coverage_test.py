"""What a chaos run demands of its kills."""

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.chaos.coverage import (
    ENOUGH_FOR_ALL,
    ROOM,
    TASKMANAGER,
    WINDOW,
    CalmStage,
    Coverage,
    KillPlan,
    missing,
)
from tests.chaos.failpoints import CommitWindow, commit_windows
from tests.chaos.main_line import STAGES
from tests.chaos.needs import FULL, SMALL, kinds_of
from tests.chaos.run import due_after

WINDOWS = [CommitWindow("room", f"room.{number}") for number in range(30)]
CALM = [CalmStage(1.0, tuple(w.failpoint for w in WINDOWS))] * 2
KINDS = ("kafka", "postgres")


def plan(kills: int, *, has_flink: bool = True) -> KillPlan:
    return KillPlan(kills, 1, WINDOWS, CALM, KINDS, has_flink)


def whole() -> Coverage:
    servers = {("kafka", "kafka 1"): 9, ("kafka", "kafka 3"): 1}
    servers |= {("postgres", "postgres"): 10, (TASKMANAGER, TASKMANAGER): 1}
    return Coverage(dict.fromkeys(WINDOWS, 1), Counter(room=9), Counter(servers))


def test_half_of_the_kills_hit_commit_windows_and_the_rest_all_kinds() -> None:
    sixty = plan(60)

    assert sixty.in_windows == 30
    assert sixty.of_taskmanagers == 7
    assert sixty.at_random == 23
    assert plan(100).in_windows == 50
    assert plan(60, has_flink=False).at_random == 30


def test_windows_are_not_hit_more_often_than_they_are_passed() -> None:
    assert plan(1_000).in_windows == 60
    assert plan(1_000, has_flink=False).at_random == 940


@pytest.mark.parametrize("kills", [1, 2, 20, 59, 60, 61, 1_000])
def test_at_least_half_of_any_number_of_kills_come_at_random(kills: int) -> None:
    found = plan(kills)

    assert found.in_windows + found.at_random + found.of_taskmanagers == kills
    assert 2 * (found.at_random + found.of_taskmanagers) >= kills


def test_twenty_kills_hit_ten_windows_that_the_seed_chooses() -> None:
    twenty = plan(20, has_flink=False)
    seeds = [KillPlan(20, seed, WINDOWS, CALM).chosen for seed in range(20)]

    assert (twenty.in_windows, twenty.at_random) == (10, 10)
    assert twenty.chosen == plan(20, has_flink=False).chosen
    assert {len({*chosen}) for chosen in seeds} == {10}
    assert {window for chosen in seeds for window in chosen} == {*WINDOWS}


def test_sixty_kills_are_enough_for_all_windows_of_the_code() -> None:
    windows = commit_windows()
    calm = [CalmStage(1.0, tuple(w.failpoint for w in windows))]

    assert KillPlan(ENOUGH_FOR_ALL, 1, windows, calm).chosen == windows


def test_a_run_that_hit_everything_lacks_nothing() -> None:
    coverage = whole()

    assert missing(coverage, plan(60)) == []
    assert coverage.total() == 60
    assert coverage.at_random() == 30
    assert [coverage.of(kind) for kind in (WINDOW, ROOM, "kafka")] == [30, 9, 10]
    assert coverage.named("kafka") == {"kafka 1": 9, "kafka 3": 1}


@pytest.mark.parametrize(("roles", "has_flink"), [(SMALL, False), (FULL, True)])
def test_sixty_kills_reach_every_kind(
    roles: Mapping[str, str], *, has_flink: bool
) -> None:
    calm = [*CALM[:1], *([CalmStage(1.0, ())] * (len(STAGES) - 1))]
    kinds = sorted({*roles.values()})
    for seed in range(20):
        sixty = KillPlan(60, seed, WINDOWS, calm, kinds, has_flink)
        rng = random.Random(seed)
        coverage = Coverage(dict.fromkeys(WINDOWS, 1))
        for number, stage in enumerate(STAGES):
            targets = [ROOM, *kinds_of(stage.room, roles)]
            while coverage.at_random() < due_after(sixty, coverage, number):
                kind = coverage.least_hit(targets, rng)
                if kind == ROOM:
                    coverage.rooms[stage.room] += 1
                else:
                    coverage.servers[kind, kind] += 1
        coverage.servers[TASKMANAGER, TASKMANAGER] += sixty.of_taskmanagers

        assert coverage.total() == 60
        assert missing(coverage, sixty) == []
        assert min(coverage.of(kind) for kind in sixty.targets) >= 2


def test_a_kind_that_was_never_killed_is_told_from_sixty_kills_on() -> None:
    coverage = whole()
    coverage.rooms["room"] += coverage.of("postgres")
    del coverage.servers["postgres", "postgres"]

    assert missing(coverage, plan(60)) == [
        "kills of every kind required, none of: postgres"
    ]
    assert missing(coverage, plan(59)) == []


def test_a_window_that_was_never_hit_is_told() -> None:
    coverage = whole()
    coverage.rooms["room"] += 1
    coverage.windows[WINDOWS[0]] = 0

    assert missing(coverage, plan(60)) == [
        "a kill in each of 30 commit windows required, 1 had none"
    ]


def test_fewer_kills_than_asked_for_are_told() -> None:
    assert missing(whole(), plan(61)) == ["61 kills required, were 60"]
