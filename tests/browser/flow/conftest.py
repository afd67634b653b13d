"""One server and one set of browser processes for all plays; each test has devices that know nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright
from tests.browser.flow.people import Cast
from tests.server import Server, serving, set_up


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the demonstration organisation, to be copied."""
    home = tmp_path_factory.mktemp("founded") / "installation"
    set_up(home, "--demo")
    return home


@pytest.fixture(scope="session")
def talking(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server with the demonstration organisation."""
    with serving(shutil.copytree(founded, tmp_path_factory.mktemp("flow") / "installation")) as server:
        yield server


@pytest.fixture(scope="session")
def company(engine: Playwright, talking: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """Give the browsers, which outlive a test."""
    cast = Cast(engine, talking, tmp_path_factory.mktemp("voices"))
    yield cast
    cast.close()


@pytest.fixture
def cast(company: Cast) -> Iterator[Cast]:
    """Give people for one test; no screen that they saw may hold a sentence of more than fifteen words."""
    company.wrong.clear()
    yield company
    company.leave()
    assert not company.wrong, "\n".join(company.wrong)
