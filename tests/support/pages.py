"""The repository's Markdown pages: their code blocks with markers, tables, links and anchors.

A code block may have a marker, an HTML comment on the line before it: `<!-- not run: REASON -->`,
or for JSON `<!-- answer: NAME -->`, the name of the request whose answer it shows.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<content>.*?)^```$", re.M | re.S
)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", re.S)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True)
class Block:
    """A fenced code block; `marker` is empty where it has none."""

    page: Path
    language: str
    marker: str
    content: str

    @property
    def is_run(self) -> bool:
        return not self.marker.startswith("not run: ")

    def __str__(self) -> str:
        first = re.sub(r"\W+", "-", self.content.partition("\n")[0])[:40].strip("-")
        return f"{self.page.stem}-{first}"


class Command(NamedTuple):
    """A shell command without assignments before it, comments and redirections."""

    words: tuple[str, ...]


def blocks(language: str) -> list[Block]:
    """The code blocks of all pages in a language."""
    return [
        Block(page, found["language"], found["marker"] or "", found["content"])
        for page in PAGES
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
        if found["language"] == language
    ]


def commands(script: str) -> Iterator[Command]:
    """The commands of a script of simple lines."""
    for line in script.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and _ASSIGNMENT.match(words[0]) and "$(" not in words[0]:
            del words[0]
        ends = [at for at, word in enumerate(words) if word in {"|", ">", "<"}]
        if words := words[: min(ends, default=len(words))]:
            yield Command(tuple(words))


def spans(page: Path) -> list[str]:
    """The text of the inline code of a page."""
    return _SPAN.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    """The targets of the links and images of a page."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [target or image for target, image in _LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.M)
    }


def table(page: str, first_heading: str) -> list[list[str]]:
    """The rows, as cells, of the table in `docs/` whose first column has this heading."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    (start,) = (at for at, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def names(page: str, first_heading: str) -> list[str]:
    """The inline code in the first column of a table."""
    return [name for row in table(page, first_heading) for name in _SPAN.findall(row[0])]
