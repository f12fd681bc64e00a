"""A journal keeps whole lines, and refuses what is not its own."""

from pathlib import Path

import pytest

from tradestream.discovery.journal import FileJournal, identity_of
from tradestream.errors import ConfigurationError

OWN = identity_of({"seed": 1})


def test_what_was_written_is_read_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = FileJournal(path, OWN)
    first.write("a", {"finds": [["X", {"n": 1}]], "best": None})
    first.close()

    again = FileJournal(path, OWN)

    assert again.read("a") == {"finds": [["X", {"n": 1}]], "best": None}
    assert again.read("b") is None


def test_a_kill_at_any_byte_loses_at_most_the_last_piece(tmp_path: Path) -> None:
    path = tmp_path / "state"
    journal = FileJournal(path, OWN)
    for number in range(3):
        journal.write(str(number), number)
    journal.close()
    whole = path.read_bytes()

    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        cut = FileJournal(path, OWN)
        known = [n for n in range(3) if cut.read(str(n)) == n]
        cut.write("new", True)
        cut.close()

        assert known == list(range(max(0, whole[:size].count(b"\n") - 1)))
        assert FileJournal(path, OWN).read("new") is True


def test_the_state_of_another_search_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    FileJournal(path, OWN).close()

    with pytest.raises(ConfigurationError, match="of this very search"):
        FileJournal(path, identity_of({"seed": 2}))


@pytest.mark.parametrize("content", ["hello", "hello\n", "[1]\n", '{"a": 1}\n'])
def test_a_file_that_is_no_state_is_refused_and_kept(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match="a state file"):
        FileJournal(path, OWN)

    assert path.read_text() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot keep the state"):
        FileJournal(tmp_path / "no" / "state", OWN)
