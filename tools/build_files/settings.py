"""What the imports of a module do not say about its place in the BUILD graph."""

# Folders whose Python becomes targets. `tools` and `benchmarks` work on a checkout
# and in environments of their own, so they stay outside.
ROOTS = ("protos", "services", "tradestream", "tests")

# Folders under them that stay outside for the same reason.
OUTSIDE = ("tests/peers", "tests/full_size", "services/strategy_discovery/flink")

# Import name → distribution, where the installed metadata is ambiguous.
DISTRIBUTIONS = {"google": "protobuf", "yaml": "pyyaml"}

# Distribution → what it imports only where it is there, and we rely on.
EXTRAS: dict[str, tuple[str, ...]] = {"kafka_python": ("lz4",)}

# Always there in a test: the macro pytest_test brings them.
TEST_DISTRIBUTIONS = frozenset({"pytest", "pytest_timeout"})

# Module → patterns of the modules that it loads by a name made at run time.
LOADS: dict[str, tuple[str, ...]] = {
    "tests.flags_test": ("services.*.main",),
    "tradestream.cli.main": ("tradestream.cli.*",),
    "tradestream.local.failures_test": ("services.*.main",),
    "tradestream.local.local_test": ("services.*.main",),
}

# Module → what it reads beside the files that it names, as labels.
READS: dict[str, tuple[str, ...]] = {
    "tradestream.discovery.version": (
        "//tradestream/backtest:sources",
        "//tradestream/indicators:sources",
        "//tradestream/strategies:sources",
        "sources",
    ),
}

# Packages whose sources are read as text by others: they get a filegroup `sources`.
SOURCES = (
    "tradestream/backtest",
    "tradestream/discovery",
    "tradestream/indicators",
    "tradestream/strategies",
)

# Label → top folders outside the roots that depend on it, too.
VISIBLE: dict[str, frozenset[str]] = {
    "//tradestream/backtest:compile": frozenset({"tools"}),
    "//tradestream/indicators:library": frozenset({"tools"}),
    "//tradestream/kernels:image": frozenset({"tools"}),
}

# A room that needs it brings machine code, compiled beforehand.
COMPILER = "@pypi//numba"

# Runs rooms by their name: what names one, too, depends on it.
ROOM_RUNNER = "tradestream.testing.rooms"

# Test module → why `bazel test //...` leaves it to `make test`.
MANUAL: dict[str, str] = {
    "tests.chaos.coverage_test": "Reads the flags of rooms in the checkout.",
    "tests.chaos.failpoints_test": "Reads the sources of the checkout.",
    "tests.chaos.flink_test": "Looks for a program of the checkout.",
    "tests.chaos.needs_test": "Reads the flags of rooms in the checkout.",
    "tests.chaos.roles_test": "Reads the flags of rooms in the checkout.",
    "tests.contracts.platform_test": "Reads the BUILD files of the checkout.",
    "tradestream.local.demo.demo_test": "Runs the whole demo, as `make test` does.",
    "tests.roles_test": "Reads the sources of the checkout.",
}
