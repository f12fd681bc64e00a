"""What one room's image holds is cut out of what all rooms need."""

from pathlib import Path

import pytest

from tools import repository
from tools.images import sizes
from tools.images.contents import contents, read_graph
from tools.images.room import distributions, lay, wheels
from tools.images.tree import write

GRAPH = read_graph(repository.ROOT)
LOCK = (repository.ROOT / "requirements.txt").read_text(encoding="utf-8")
LIGHT, HEAVY = "candle_ingestor", "strategy_discovery"


def install(ext: Path, name: str) -> None:
    """Write what pip would for a package with one module and its bytecode."""
    folder = ext / name / "__pycache__"
    folder.mkdir(parents=True)
    (folder / "__init__.cpython-311.pyc").write_text("bytecode")
    (ext / name / "__init__.py").write_text("source")
    record = ext / f"{name}-1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text(
        f"{name}/__init__.py,,\n../../bin/{name},,\n{record.relative_to(ext)},,\n"
    )


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """Return `/app` as all rooms together have it."""
    app = tmp_path / "app"
    write(repository.ROOT, contents(GRAPH, [LIGHT, HEAVY]), [], app)
    for name in wheels(LOCK, contents(GRAPH, [LIGHT, HEAVY]).distributions):
        install(app / "ext", name)
    (app / "kernels").mkdir()
    (app / "kernels" / "code").write_text("machine code")
    return app


def test_a_room_gets_its_own_wheels_with_their_bytecode(
    everything: Path, tmp_path: Path
) -> None:
    lay(GRAPH, LOCK, everything, LIGHT, tmp_path / LIGHT)
    lay(GRAPH, LOCK, everything, HEAVY, tmp_path / HEAVY)

    light, heavy = (
        set(distributions(tmp_path / room / "ext")) for room in (LIGHT, HEAVY)
    )
    assert heavy - light == {"numba", "llvmlite"}
    compiled = tmp_path / LIGHT / "ext/kafka_python/__pycache__"
    assert [path.name for path in compiled.iterdir()] == ["__init__.cpython-311.pyc"]
    assert not (tmp_path / "bin").exists()


def test_only_a_room_that_compiles_gets_machine_code(
    everything: Path, tmp_path: Path
) -> None:
    lay(GRAPH, LOCK, everything, LIGHT, tmp_path / LIGHT)
    lay(GRAPH, LOCK, everything, HEAVY, tmp_path / HEAVY)

    assert not [*(tmp_path / LIGHT / "kernels").iterdir()]
    assert (tmp_path / HEAVY / "kernels/code").read_text() == "machine code"
    assert not (tmp_path / LIGHT / "src/services" / HEAVY).exists()


def test_a_wheel_that_is_not_there_is_named(everything: Path, tmp_path: Path) -> None:
    (everything / "ext/lz4-1.0.dist-info/RECORD").unlink()

    with pytest.raises(FileNotFoundError, match="a wheel of lz4 is required"):
        lay(GRAPH, LOCK, everything, LIGHT, tmp_path / LIGHT)


def test_a_size_is_that_of_the_parts_of_the_room(
    everything: Path, tmp_path: Path
) -> None:
    app = tmp_path / HEAVY
    lay(GRAPH, LOCK, everything, HEAVY, app)

    size = sizes.size_of(app, {"numba": 7_000_000, "redis": 1}, ["numba"])

    assert size.wheels == 7_000_000
    assert 100_000 < size.code < 10_000_000
    assert 0 < size.kernels < 1_000
    assert size.total == sizes.BASE_BYTES + size.wheels + size.code + size.kernels
    assert "wheels 7.0" in str(size)
