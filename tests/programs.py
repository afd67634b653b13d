"""Brings in a program of the system that a test lays beside ours."""

import os
import shutil
import subprocess

import pytest

_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def brought_in(program: str, package: str) -> str:
    """Give where a program is, after installing Debian's package when it is not there and that may be done."""
    for _ in range(2):
        found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if found is not None:
            return found
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            break
        subprocess.run(["apt-get", "update", "-qq"], check=True, timeout=300)
        subprocess.run(["apt-get", "install", "-qq", "-y", package], check=True, timeout=300, env=_QUIET)
    pytest.fail(f"no {program} here: install it ({package}), this test lays it beside ours", pytrace=False)
