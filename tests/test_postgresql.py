"""The same house on PostgreSQL: every test of casework runs again on a real server of its own."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server import free_port

HERE = Path(__file__).parent
QUIET = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}


def programs() -> Path:
    """Find the folder of PostgreSQL's own programs; as root on Debian it is brought in."""
    for found in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/bin")):
        if (found / "initdb").exists():
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, timeout=300)
        subprocess.run(["apt-get", "install", "-qq", "-y", "postgresql"], check=True, timeout=600, env=QUIET)
        return programs()
    raise AssertionError("PostgreSQL is not here: install it, with initdb and pg_ctl")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """Serve an empty PostgreSQL on the loopback address, as a user that is not root, and give its address."""
    # Not in the folder of the test: the server's own user may not enter that.
    with tempfile.TemporaryDirectory(prefix="postgresql") as name, served(Path(name)) as address:
        yield address


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve PostgreSQL from an empty folder."""
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    here, port, data = programs(), free_port(), folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, timeout=120, cwd=folder, stdout=subprocess.DEVNULL)

    folder.chmod(0o700)
    run(str(here / "initdb"), "-D", str(data), "-A", "trust", "-U", "tweespoor", "--locale=C.UTF-8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(str(here / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        for name in ("casework", "keyring"):
            run(str(here / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "tweespoor", name)
        yield f"postgresql://tweespoor@127.0.0.1:{port}"
    finally:
        run(str(here / "pg_ctl"), "-D", str(data), "-m", "fast", "stop")


@pytest.mark.slow
def test_casework_on_postgresql(postgresql: str) -> None:
    databases = {"TWEESPOOR_DATABASE": f"{postgresql}/casework", "TWEESPOOR_KEYRING": f"{postgresql}/keyring"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "casework")],
        env=os.environ | databases,
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
