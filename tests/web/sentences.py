"""Reads a page as a person does, also what is folded away, and finds the sentences that are too long."""

import re
from html.parser import HTMLParser

MOST = 15
INLINE = {"a", "span", "strong", "em", "b", "i", "kbd", "abbr", "time", "code", "text", "br"}
SILENT = {"script", "style", "title", "head"}
_END = re.compile(r"(?<=[.!?:])\s+")
_WORD = re.compile(r"\w[\w'’.:-]*")


class _Reader(HTMLParser):
    """Gathers what stands between two edges of blocks as one line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._line = ""
        self._silent = 0

    def end_line(self) -> None:
        """End the line that was being read."""
        if self._line.strip():
            self.lines.append(" ".join(self._line.split()))
        self._line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        if tag not in INLINE:
            self.end_line()
        said = dict(attrs)
        self.lines += [said[name] or "" for name in ("aria-label", "alt", "placeholder", "title") if name in said]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        if tag not in INLINE:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line += data


def lines(html: str) -> list[str]:
    """Give the lines of a page.

    >>> lines("<p>Eén <b>ding</b>.</p><p>Twee.</p>")
    ['Eén ding.', 'Twee.']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.lines


def too_long(html: str) -> list[str]:
    """Give the sentences of a page with more words than a tired person can hold; a mark between spaces is no word.

    >>> too_long(f"<p>{'woord ' * 15}.</p><p>{'woord ' * 16}.</p>")
    ['woord woord woord woord woord woord woord woord woord woord woord woord woord woord woord woord .']
    """
    sentences = [sentence for line in lines(html) for sentence in _END.split(line)]
    return [sentence for sentence in sentences if len(_WORD.findall(sentence)) > MOST]
