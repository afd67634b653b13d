"""A fresh environment with nothing but the built wheel and the two packages that it needs, as an outsider has."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import rfc8785

ROOT = Path(__file__).parents[1]
NEEDED = ("cryptography", "rfc8785", "cffi", "_cffi_backend*", "pycparser")


def installed(folder: Path) -> Path:
    """Build the wheel, install it alone in a new environment, and give its Python."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
    )
    (wheel,) = folder.glob("tweespoor-*.whl")
    venv.create(folder / "venv", with_pip=False)
    packages = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", packages, wheel], check=True
    )
    own = Path(rfc8785.__file__).parents[1]
    for name in NEEDED:  # as they are here: a test asks no registry
        for found in own.glob(name):
            (packages / found.name).symlink_to(found)
    return folder / "venv" / "bin" / "python"


def verify(python: Path, given: Sequence[str | Path], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run ``tweespoor verify`` in that environment, with nothing of ours around it."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DJANGO", "TWEESPOOR"))}
    return subprocess.run(
        [python, "-m", "tweespoor.cli", "verify", *map(str, given)],
        check=False, capture_output=True, text=True, env=quiet, cwd=folder,
    )  # fmt: skip
