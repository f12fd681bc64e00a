"""The BUILD graph says what the modules import, and nothing else."""

from pathlib import PurePosixPath

import pytest

from tools.build_files.graph import BorrowedTestError, Graph, UnknownImportError
from tools.build_files.source import read

SOURCES = {
    "tradestream/__init__.py": "VERSION = 1",
    "tradestream/errors.py": "",
    "tradestream/store/port.py": "from tradestream import errors",
    "services/room/__init__.py": '"""A room."""',
    "services/room/update.py": (
        "import json, redis\n"
        "from tradestream.store.port import Store\n"
        "def late(): import yaml\n"
        'TABLE = HERE / "platform" / "sql"\n'
        'STYLE = "style.css"\n'
    ),
    "services/room/main.py": "from services.room.update import late",
    "services/room/main_test.py": "def test_a(postgres): pass",
    "services/room/update_test.py": "from services.room import update",
    "conftest.py": "import pytest\n@pytest.fixture\ndef postgres(): pass",
}
OTHERS = ["services/room/style.css"]
SHARED = ["platform/sql/1.sql"]
DISTRIBUTIONS = {"redis": "redis", "pytest": "pytest"}


def graph(**changed: str) -> Graph:
    sources = SOURCES | {
        name.replace("__", "/") + ".py": t for name, t in changed.items()
    }
    return Graph(
        {PurePosixPath(path): text for path, text in sources.items()},
        map(PurePosixPath, OTHERS),
        map(PurePosixPath, SHARED),
        DISTRIBUTIONS,
        frozenset({"json"}),
    )


def test_imports_become_labels_wherever_they_stand() -> None:
    update = graph().targets["services.room.update"]

    assert update.deps == {"//tradestream/store:port", "@pypi//redis", "@pypi//pyyaml"}


@pytest.mark.parametrize(
    "statement", ["import importlib.util", "from importlib.util import find_spec"]
)
def test_a_package_that_is_looked_up_by_name_is_a_label(statement: str) -> None:
    made = Graph(
        {PurePosixPath("tradestream/found.py"): f'{statement}\nNAME = "redis"'},
        [],
        [],
        DISTRIBUTIONS,
        frozenset({"importlib"}),
    )

    assert made.targets["tradestream.found"].deps == {"@pypi//redis"}


def test_an_initialiser_is_needed_only_with_code_in_it() -> None:
    port = graph().targets["tradestream.store.port"]

    assert port.deps == {"//tradestream:errors", "//tradestream:__init__"}


def test_files_that_a_module_names_are_its_data() -> None:
    update = graph().targets["services.room.update"]

    assert update.data == {"style.css", "//platform/sql:files"}


def test_the_test_of_a_main_depends_on_it_and_on_its_fixtures() -> None:
    main_test = graph().targets["services.room.main_test"]

    assert main_test.deps == {"//services/room:main_lib", "//:conftest"}


def test_a_test_without_fixtures_needs_no_conftest() -> None:
    update_test = graph().targets["services.room.update_test"]

    assert update_test.deps == {"//services/room:update"}


def test_a_target_is_visible_to_who_depends_on_it_alone() -> None:
    made = graph()

    assert made.visible_to(made.targets["services.room.update"]) == []
    assert made.visible_to(made.targets["tradestream.store.port"]) == [
        "//services:__subpackages__"
    ]


def test_an_import_of_nothing_known_is_an_error() -> None:
    with pytest.raises(UnknownImportError, match="pandas is in no"):
        graph(services__room__new="import pandas")


def test_what_only_a_type_checker_imports_is_no_dependency() -> None:
    source = read("if TYPE_CHECKING:\n    import pandas\nelse:\n    import json", "")

    assert source.imports == {"json"}


def test_modules_named_in_text_count_and_prose_does_not() -> None:
    source = read('"""See a.b."""\nRUN = "import c.d, sys"', "")

    assert source.named == {"c.d"}


def test_what_a_test_shares_with_another_package_must_move() -> None:
    with pytest.raises(BorrowedTestError, match=r"room/update_test\.py shares"):
        graph(tradestream__page_test="from services.room.update_test import test_b")


def test_what_a_target_needs_is_found_behind_others() -> None:
    room = graph().targets["services.room.main"]

    assert graph().needs(room, "@pypi//redis")
    assert not graph().needs(room, "@pypi//pytest")
