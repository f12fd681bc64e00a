"""Check that relative links and anchors in Markdown lead somewhere.

usage: python -m tools.check_links

Prints `file:line: what is wrong` for each broken link; status 1 if there is any.
Links to other hosts are not followed.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from tools import repository

_FENCE = re.compile(r"^\s*(```|~~~)")
_INLINE_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_IMAGE = re.compile(r"<(?:img|a)\s[^>]*(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
_OTHER_HOST = re.compile(r"^[a-z][a-z0-9+.-]*:|^//")


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of `text` outside fenced code blocks."""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors(text: str) -> set[str]:
    """Return the anchors that a Markdown page offers: its headings, as slugs.

    A heading that comes again gets `-1`, `-2`, …, as on the usual code hosts.
    """
    seen: Counter[str] = Counter()
    found = set()
    for _, line in prose(text):
        if heading := _HEADING.match(line):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return found


def broken_links(
    page: PurePosixPath, text: str, read: Callable[[PurePosixPath], str | None]
) -> list[str]:
    """Return one `page:line: …` for each link of `page` that leads nowhere.

    Args:
        page: Path of the page, relative to the root of the repository.
        text: The page itself.
        read: Gives the text of a path in the repository ("" for a folder or a
            picture), None where there is nothing.
    """
    problems = []
    for number, line in prose(text):
        bare = _INLINE_CODE.sub("", line)
        for link in (*_LINK.findall(bare), *_IMAGE.findall(bare)):
            if _OTHER_HOST.match(link):
                continue
            place, _, anchor = unquote(link).partition("#")
            target = _normal(page.parent / place) if place else page
            content = read(target)
            if content is None:
                problems.append(f"{page}:{number}: {link} leads to nothing")
            elif anchor and target.suffix == ".md" and anchor not in anchors(content):
                problems.append(f"{page}:{number}: {link} names no heading of {target}")
    return problems


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


def _read(path: PurePosixPath) -> str | None:
    place = repository.ROOT / path
    if place.suffix == ".md" and place.is_file():
        return place.read_text(encoding="utf-8")
    return "" if place.exists() else None


def main() -> int:
    """Check every Markdown page of the repository."""
    problems = []
    for path in repository.files("*.md"):
        text = (repository.ROOT / path).read_text(encoding="utf-8")
        problems += broken_links(PurePosixPath(Path(path).as_posix()), text, _read)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
