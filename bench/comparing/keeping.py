"""Keeps what comes of a run as it goes on, a line of JSON for each trial, so that a run that ends early loses nothing.

A line says by which code it was made: of the engine, and of what makes and scores trials.  Comments and docstrings do
not count.  What another code made stays in the file and is left out.
"""

import ast
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.comparing.cells import Source
from bench.comparing.scoring import Finding, Score
from bench.comparing.trying import Result

from tweespoor.sound import compare

_ENGINE: Final = Path(compare.__file__)
_OWN: Final = (
    "again", "captures", "cells", "codecs", "edits", "engine", "rooms", "scoring", "sounds", "splicing", "talkers",
    "truth", "trying", "wholes",
)  # fmt: skip


class Kept:
    """What came of runs with this code and this source, in a file when there is one."""

    def __init__(self, path: Path | None, source: Source) -> None:
        self._path = path
        self._by = f"{made_by():08x} {source.half} {'real' if source.speech else 'synthetic'}"
        self.results: list[Result] = []
        self.parts: dict[str, str] = {}
        self.others = 0
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            return  # the last line of a run that was ended
        if told["by"] != self._by:
            self.others += 1
        elif "part" in told:
            self.parts[told["part"]] = told["text"]
        else:
            self.results.append(_result(told))

    def done(self) -> set[tuple[str, str, int]]:
        """Give which trials there are: cell, condition, number."""
        return {(one.cell, one.condition, one.number) for one in self.results}

    def add(self, results: Iterable[Result]) -> None:
        """Add what came of trials."""
        added = list(results)
        self.results += added
        self._write(asdict(one) for one in added)

    def tell(self, part: str, text: str) -> None:
        """Add a part that is no trial, as it is shown."""
        self.parts[part] = text
        self._write([{"part": part, "text": text}])

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        if self._path is not None:
            whole = "".join("\n" + json.dumps({"by": self._by, **one}) for one in lines)  # after one that was torn
            with self._path.open("a") as file:
                file.write(whole)


def _result(told: dict[str, Any]) -> Result:
    score = dict(told["score"])
    score["findings"] = tuple(Finding(**one | {"boundary_s": tuple(one["boundary_s"])}) for one in score["findings"])
    score |= {name: tuple(score[name]) for name in ("extra_a", "extra_b")}
    return Result(told["cell"], told["condition"], told["number"], Score(**score))


def made_by() -> int:
    """Tell by which code results are made."""
    own = [Path(__file__).with_name(f"{name}.py") for name in _OWN]
    return zlib.crc32("".join(_bare(path) for path in [*_engine(_ENGINE, {}), *own]).encode())


def _engine(path: Path, known: dict[Path, None]) -> Iterable[Path]:
    """Give a module of the engine and all that it needs of its own package."""
    if path not in known:
        known[path] = None
        for name in sorted(_needed(path)):
            _engine(path.with_name(f"{name}.py"), known)
    return known


def _needed(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tweespoor.sound"):
            package, _, name = (node.module or "").rpartition(".")
            names = [name] if package == "tweespoor.sound" else [one.name for one in node.names]
            yield from (one for one in names if path.with_name(f"{one}.py").exists())


def _bare(path: Path) -> str:
    """Give the code of a module without its comments and docstrings."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            said = [one for one in body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)]
            node.body = [one for one in body if one not in said]  # type: ignore[attr-defined]
    return ast.dump(tree)
