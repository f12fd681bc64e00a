"""Links of Markdown pages are followed as a reader would."""

from pathlib import PurePosixPath

from tools.check_links import anchors, broken_links

PAGES = {
    "README.md": "# Start here\n",
    "docs/guide.md": "# Guide\n## Run it: `make demo`!\n## Again\n## Again\n",
    "docs/picture.png": "",
}


def problems(text: str, page: str = "docs/index.md") -> list[str]:
    def read(path: PurePosixPath) -> str | None:
        return PAGES.get(str(path))

    return broken_links(PurePosixPath(page), text, read)


def test_headings_become_slugs_and_repeats_are_numbered() -> None:
    assert anchors(PAGES["docs/guide.md"]) == {
        "guide",
        "run-it-make-demo",
        "again",
        "again-1",
    }


def test_links_to_files_and_headings_that_exist_are_silent() -> None:
    text = "[a](guide.md#again-1) ![b](picture.png) [c](../README.md#start-here)"

    assert problems(text) == []


def test_names_the_line_of_a_link_to_nothing() -> None:
    assert problems("fine\n\n[gone](gone.md)") == [
        "docs/index.md:3: gone.md leads to nothing"
    ]


def test_names_a_heading_that_is_not_there() -> None:
    assert problems("[a](guide.md#nowhere)") == [
        "docs/index.md:1: guide.md#nowhere names no heading of docs/guide.md"
    ]


def test_checks_anchors_within_the_page_itself() -> None:
    PAGES["docs/index.md"] = "# Top\n[a](#top) [b](#bottom)"

    assert problems(PAGES["docs/index.md"]) == [
        "docs/index.md:2: #bottom names no heading of docs/index.md"
    ]


def test_leaves_code_and_other_hosts_alone() -> None:
    text = "`[a](gone.md)` [b](https://example.org/x)\n```\n[c](gone.md)\n```\n"

    assert problems(text) == []
