"""The house stands as docs/architecture.md draws it: floors, arrows, names, sizes."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
PACKAGE = SRC / "tweespoor"

# Every floor: the floors it may import, and the packages of others it may import.
FLOORS: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "positioned": (set(), set()),
    "rules": ({"errors"}, set()),
    "journal": ({"errors", "rules"}, {"rfc8785"}),
    "seal": ({"errors"}, {"cryptography"}),
    "tape": ({"errors", "positioned", "seal"}, {"cryptography"}),
    "sound": ({"errors", "positioned"}, {"numpy", "scipy", "av", "espeakng_loader"}),
    "dossier": ({"errors", "rules", "journal", "seal", "tape"}, {"cryptography", "rfc8785"}),
    "casework": (
        {"errors", "positioned", "rules", "journal", "seal", "tape", "sound", "dossier"},
        {
            "django",
            "allauth",
            "structlog",
            "typst",
            "pyhanko",
            "pyhanko_certvalidator",
            "asn1crypto",
            "cryptography",
            "pkcs11",
        },
    ),
    "web": (
        {"errors", "rules", "casework"},
        {"django", "allauth", "asgiref", "csp", "whitenoise", "segno", "structlog", "uvicorn"},
    ),
    "cli": ({"errors", "positioned", "dossier", "sound"}, set()),
}

# What the command line may reach for inside a function, so that verifying needs neither a server nor sound, and loads
# no other command.
LAZY_IN_CLI = ({"casework", "web", "sound", "cli"}, {"django", "uvicorn", "allauth"})

TYPES = {"_typeshed"}  # not there when the code runs

LONGEST = 400
# file: the reason why it may be longer
LONGER: dict[str, str] = {}

# A name may say «manager» of a person, so only what a thing is called in the end counts.
FORBIDDEN_ENDS = {
    "manager", "helper", "helpers", "util", "utils", "service", "services", "processor",
    "data", "info", "common", "base", "mixin", "mixins", "signals", "misc",
}  # fmt: skip
NAMED_BY_DJANGO = {"get_context_data"}

PAGES = ("django.http", "django.shortcuts", "django.template", "django.forms", "django.views", "django.urls")


def modules() -> list[Path]:
    """Every Python file of the package, save the generated migrations."""
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "migrations" not in p.parts]


def dotted(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(p): p for p in modules()}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def floor(name: str) -> str:
    """The floor on which a module of ours stands; the package itself stands on none.

    >>> floor("tweespoor.rules.facts")
    'rules'
    """
    return name.split(".")[1] if "." in name else ""


def imports(path: Path, body: ast.AST) -> Iterator[str]:
    """Dotted names that are imported anywhere in ``body``, ours as whole modules."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    for node in ast.walk(body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
            for alias in node.names:
                deeper = f"{source}.{alias.name}"
                yield deeper if deeper in NAMES else source


def inside_functions(path: Path) -> list[str]:
    functions = (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [name for function in functions for name in imports(path, function)]


def at_the_top(path: Path) -> list[str]:
    lazy = inside_functions(path)
    found = list(imports(path, tree(path)))
    for name in lazy:
        if name in found:
            found.remove(name)
    return found


def shown(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_every_arrow_points_down(path: Path) -> None:
    here = floor(dotted(path))
    if not here:
        assert not at_the_top(path), "the package itself imports nothing"
        return
    ours, theirs = FLOORS[here]
    for name in at_the_top(path):
        root = name.split(".")[0]
        if root == "tweespoor":
            assert floor(name) in ours | {here}, f"{here} may not import {name}"
        else:
            assert root in theirs | TYPES or root in sys.stdlib_module_names, f"{here} may not use {name}"


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_imports_stand_at_the_top(path: Path) -> None:
    lazy = inside_functions(path)
    if floor(dotted(path)) != "cli":
        assert not lazy, f"imports inside functions: {lazy}"
        return
    ours, theirs = LAZY_IN_CLI
    for name in lazy:
        root = name.split(".")[0]
        known = floor(name) in ours if root == "tweespoor" else root in theirs
        assert known or root in sys.stdlib_module_names, f"the command line may not import {name}, not even lazily"


def test_nothing_imports_in_a_circle() -> None:
    graph = {name: set(imports(path, tree(path))) & set(NAMES) - {name} for name, path in NAMES.items()}
    for name, targets in graph.items():  # a package holds no code that its children could need
        targets -= {target for target in targets if name.startswith(f"{target}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST or shown(path) in LONGER


def test_no_exception_outlives_its_reason() -> None:
    for name in LONGER:
        assert len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) > LONGEST


def called(path: Path) -> Iterator[str]:
    """Names of the module and of what it defines."""
    yield path.parent.name if path.name == "__init__.py" else path.stem
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "_":
            yield node.name


def last_word(name: str) -> str:
    """The last word of a name, however it is written.

    >>> last_word("TrackHelper"), last_word("track_helper"), last_word("ManagerAgreed")
    ('helper', 'helper', 'agreed')
    """
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name.replace("_", " "))
    return (spaced.split() or [""])[-1].lower()


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_names_say_what_a_thing_is(path: Path) -> None:
    wrong = [name for name in called(path) if last_word(name) in FORBIDDEN_ENDS and name not in NAMED_BY_DJANGO]
    assert not wrong


def test_casework_has_no_pages() -> None:
    casework = PACKAGE / "casework"
    assert not [p for p in casework.rglob("*") if p.suffix in {".html", ".css", ".js", ".po"}]
    for path in (p for p in modules() if casework in p.parents):
        assert not [n for n in imports(path, tree(path)) if n.startswith(PAGES)], shown(path)


def test_web_has_no_tables() -> None:
    web = PACKAGE / "web"
    assert not (web / "migrations").exists()
    for path in (p for p in modules() if web in p.parents):
        assert path.stem != "models"
        assert "django.db.models" not in list(imports(path, tree(path))), shown(path)


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_a_module_opens_with_a_true_sentence(path: Path) -> None:
    doc = ast.get_docstring(tree(path))
    assert doc, "no docstring"
    assert doc.splitlines()[0][-1] in ".?:", "the first line is one whole sentence"
