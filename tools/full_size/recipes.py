"""Which parts there are, what builds each, and what it needs for that."""

from dataclasses import dataclass
from pathlib import Path

from tools import repository
from tools.full_size.toolchains import Toolchain
from tradestream.local.full_size import parts
from tradestream.local.full_size.parts import Part

HERE = Path(__file__).parent

_JAVA = Toolchain("java", ("-version",), "17", "default-jdk-headless")
_MAVEN = Toolchain("mvn", ("-B", "-version"), "3.6", "maven")
_GO = Toolchain("go", ("version",), "1.26", "golang")
_RUST = Toolchain("cargo", ("--version",), "1.80", "cargo")
_GCC = Toolchain("gcc", ("-dumpfullversion",), "10", "gcc")
_PYTHON = Toolchain("python3.11", ("--version",), "3.11", "python3.11")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a part is built.

    Attributes:
        part: What it builds.
        script: What builds it, into the folder that is its one argument.
        toolchains: What it needs.
        inputs: Files that decide what comes out, besides the version.
        about: How long it takes on two cores, in words.
    """

    part: Part
    script: Path
    toolchains: tuple[Toolchain, ...]
    inputs: tuple[Path, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Packages:
    """Programs that the system's own packages bring.

    Attributes:
        name: What to call them on the command line.
        programs: The Debian package of each program (a path, or a name).
    """

    name: str
    programs: dict[str, str]


_POM = HERE / "kafka" / "pom.xml"
_FLINK = repository.ROOT / "services" / "strategy_discovery" / "flink"
_KUBERNETES = HERE / "kubernetes"

RECIPES = (
    Recipe(parts.KAFKA, HERE / "kafka/build.sh", (_JAVA, _MAVEN), (_POM,), "10 s"),
    Recipe(
        parts.INFLUXDB,
        HERE / "influxdb/build.sh",
        (_GO, _RUST, _GCC),
        (),
        "5 to 9 min",
    ),
    Recipe(
        parts.FLINK,
        HERE / "flink/build.sh",
        (_JAVA, _MAVEN, _PYTHON),
        (_POM, _FLINK / "requirements.txt"),
        "2 min",
    ),
    Recipe(
        parts.KUBERNETES,
        _KUBERNETES / "build.sh",
        (_GO,),
        (
            _KUBERNETES / "go.mod",
            _KUBERNETES / "go.sum",
            _KUBERNETES / "controlplane" / "main.go",
        ),
        "8 to 10 min",
    ),
)

PACKAGES = (
    Packages(
        "prometheus",
        {
            "prometheus": "prometheus",
            "promtool": "prometheus",
            "prometheus-pushgateway": "prometheus-pushgateway",
            "prometheus-alertmanager": "prometheus-alertmanager",
        },
    ),
    Packages(
        "node",
        {
            "containerd": "containerd",
            "runc": "runc",
            "/usr/lib/cni/ptp": "containernetworking-plugins",
            "mmdebstrap": "mmdebstrap",
        },
    ),
)

NAMES = (*(r.part.name for r in RECIPES), *(p.name for p in PACKAGES))
