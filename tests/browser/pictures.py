"""The manual: which pictures it shows, and how its text becomes pages of A4."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

MANUAL = Path(__file__).parents[2] / "docs" / "handleiding.nl.md"
PICTURES = (
    "begin", "tellen", "vragen", "inspreken", "loopt", "pauze", "nee", "klaar", "plan", "mensen", "checklist",
)  # fmt: skip
"""What `make pictures` makes in docs/pictures, by the name of the file."""

SHEETS = {"Voor wie een gesprek voert": 2, "Voor de beheerder": 1, "Voor de privacyfunctionaris": 1}
"""The parts of the manual, and the pages of A4 that each may take."""

STYLE = """
@page { size: A4; margin: 11mm 14mm; }
body { font: 10.1pt/1.37 system-ui, sans-serif; color: #1d2327; margin: 0; }
section { break-before: page; } section:first-child { break-before: auto; }
h1 { font-size: 18pt; margin: 0 0 6px; } h2 { font-size: 12.5pt; margin: 12px 0 4px; break-after: avoid; }
p, ol, ul, table { margin: 3px 0; } ol, ul { padding-inline-start: 18px; }
table { border-collapse: collapse; inline-size: 100%; } th { display: none; }
td { border-block: 1px solid #dcd7cb; padding: 2px 8px 2px 0; vertical-align: top; }
td:first-child { inline-size: 31%; }
code { font-size: .92em; } tr, li { break-inside: avoid; }
.pictures { display: flex; gap: 1.2%; break-inside: avoid; margin-block: 6px; }
.pictures img { inline-size: 19%; block-size: 205px; object-fit: cover; object-position: top; border: 1px solid #6f7274;
  border-radius: 4px; }
"""

_PICTURE = re.compile(r"!\[([^]]*)]\(([^)]+)\)")
_LINK = re.compile(r"\[([^]]+)]\([^)]+\)")


def named() -> list[str]:
    """Name every picture that the manual shows."""
    return [Path(target).stem for _, target in _PICTURE.findall(MANUAL.read_text(encoding="utf-8"))]


def parts() -> dict[str, str]:
    """Cut the manual into its parts, each under its heading."""
    cut = re.split(r"^# (.+)$", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(cut[1::2], cut[2::2], strict=True))


def page(title: str, text: str, pictures: Path) -> str:
    """Write one part as a page; it knows the few signs of Markdown that the manual uses."""
    blocks = re.split(r"\n\s*\n", text.strip())
    body = "\n".join(line for block in blocks for line in _block(block, pictures))
    return f"<section><h1>{html.escape(title)}</h1>\n{body}</section>"


def document(pictures: Path) -> str:
    """Write the whole manual as one document of HTML."""
    body = "\n".join(page(title, text, pictures) for title, text in parts().items())
    return (
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>Handleiding</title><style>{STYLE}</style>{body}'
    )


def _block(block: str, pictures: Path) -> Iterator[str]:
    lines = block.splitlines()
    if lines[0].startswith("## "):
        yield f"<h2>{_inline(lines[0][3:])}</h2>"
    elif _PICTURE.match(lines[0]):
        shown = [
            f'<img alt="{html.escape(alt)}" src="{(pictures / Path(target).name).as_uri()}">'
            for alt, target in _PICTURE.findall(block)
        ]
        yield f'<div class="pictures">{"".join(shown)}</div>'
    elif lines[0].startswith("|"):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|--")]
        yield "<table>"
        yield from (f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
        yield "</table>"
    elif re.match(r"(\d+\.|-) ", lines[0]):
        kind = "ul" if lines[0].startswith("-") else "ol"
        items = [re.sub(r"^(\d+\.|-) ", "", line) for line in lines]
        yield f"<{kind}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{kind}>"
    else:
        yield f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    escaped = html.escape(_LINK.sub(r"\1", text), quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
