"""The command says what it does, what is wrong, and how to mend it."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from tests.server import set_up, tweespoor

from tweespoor import cli
from tweespoor.casework import founding, staffing
from tweespoor.casework.models import Access, Role, Staff
from tweespoor.casework.witnessing import FIELDS, witness

Said = pytest.CaptureFixture[str]


@pytest.fixture
def founded(house: Path, db: None) -> None:
    founding.found()


@pytest.mark.usefixtures("founded")
@pytest.mark.django_db(databases=["default", "keyring"])
class TestUser:
    """The accounts of who works here."""

    def test_add_prints_a_link_that_works(self, capsys: Said) -> None:
        assert cli.main(["user", "add", "anna", "--role", "manager", "--email", "anna@example.org"]) == 0
        link = re.search(r"http://localhost:8000/staff/invitation/([^/]+)/", capsys.readouterr().out)
        assert link
        anna = staffing.invited(link[1])
        assert (anna.username, anna.role, anna.email) == ("anna", Role.MANAGER, "anna@example.org")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["anna"], "taken"),
            (["an na"], "without spaces"),
            (["bo", "--role", "king"], "not a role; choose from worker"),
            (["bo", "--email", "anna@example.org"], "address is taken"),
        ],
    )
    def test_add_says_what_is_wrong(self, arguments: list[str], says: str, capsys: Said) -> None:
        staffing.invite("anna", Role.WORKER, email="anna@example.org")
        assert cli.main(["user", "add", *arguments]) == 1
        assert says in capsys.readouterr().err
        assert Staff.objects.count() == 1

    def test_disable_and_enable(self, capsys: Said) -> None:
        staffing.invite("anna", Role.WORKER)
        assert cli.main(["user", "disable", "anna"]) == 0
        assert not staffing.person("anna").is_active
        assert cli.main(["user", "list"]) == 0
        assert "anna\tworker\tshut out\tno second factor" in capsys.readouterr().out
        assert cli.main(["user", "enable", "anna"]) == 0
        assert staffing.person("anna").is_active

    def test_the_last_administrator_stays(self, capsys: Said) -> None:
        staffing.invite("beheer", Role.ADMINISTRATOR)
        assert cli.main(["user", "disable", "beheer"]) == 1
        assert "make another one first" in capsys.readouterr().err

    def test_reset_prints_a_new_link(self, capsys: Said) -> None:
        staffing.accept(staffing.invite("anna", Role.WORKER), "paars fietst regen")
        assert cli.main(["user", "reset", "anna"]) == 0
        assert "/staff/invitation/" in capsys.readouterr().out
        assert not staffing.person("anna").has_usable_password()

    @pytest.mark.parametrize("verb", ["disable", "enable", "reset"])
    def test_nobody(self, verb: str, capsys: Said) -> None:
        assert cli.main(["user", verb, "nobody"]) == 1
        assert "no such account" in capsys.readouterr().err

    def test_codes_are_shown_of_a_demonstration_only(self, capsys: Said) -> None:
        staffing.invite("echt", Role.WORKER)
        assert cli.main(["user", "code", "echt"]) == 1
        founding.make_demonstration_accounts()
        assert cli.main(["user", "code", "anna"]) == 0
        assert re.search(r"^\d{6}$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.usefixtures("founded")
@pytest.mark.django_db(databases=["default", "keyring"])
def test_the_log_is_printed_and_says_that_it_was(capsys: Said) -> None:
    assert cli.main(["user", "add", "anna"]) == 0
    capsys.readouterr()
    assert cli.main(["log", "--since", "2020-01-01"]) == 0
    read, invited = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (read["action"], read["actor"], read["origin"]) == ("log.export", "", "command")
    assert (invited["action"], invited["about"], invited["origin"]) == ("staff.invite", "anna", "command")
    assert cli.main(["log", "--csv", "--until", "2020-01-01"]) == 0
    assert capsys.readouterr().out.strip() == ",".join(FIELDS)
    witness("something")
    assert Access.objects.get(action="something").origin == "server"


@pytest.mark.parametrize("arguments", [[], ["fly"], ["user"], ["serve", "--port", "many"]])
def test_what_is_not_understood_is_said(arguments: list[str], capsys: Said) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: tweespoor" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["serve"], ["check"], ["user", "list"]])
def test_without_set_up_a_command_says_so(arguments: list[str], tmp_path: Path) -> None:
    said = tweespoor(tmp_path / "nowhere", *arguments)
    assert said.returncode == 1
    assert said.stderr == "tweespoor: nothing is set up here; run: tweespoor setup\n"


@pytest.mark.slow
def test_set_up_may_be_run_again_and_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "installation"
    set_up(home)
    assert {p.name for p in (home / "keys").rglob("*")} == {"django-secret", "organisation.key"}
    set_up(home)  # now the organisation has a name, and gets a seal
    before = {p.name: p.read_bytes() for p in (home / "keys").rglob("*") if p.is_file()}
    assert set(before) == {"django-secret", "organisation.key", "seal.pem", "root.pem"}
    for file in (p for p in (home / "keys").rglob("*") if p.is_file()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    set_up(home)
    assert {p.name: p.read_bytes() for p in (home / "keys").rglob("*") if p.is_file()} == before
    said = tweespoor(home, "check")
    assert (said.returncode, said.stdout) == (0, "2 databases read; all whole.\n")


def test_a_server_without_a_helpline_does_not_start(tmp_path: Path) -> None:
    home = tmp_path / "installation"
    set_up(home)
    (home / "house.toml").write_text('organisation = "Huis"\n', encoding="utf-8")
    said = tweespoor(home, "serve")
    assert said.returncode == 1
    assert "helpline is missing" in said.stderr
    assert "Traceback" not in said.stderr


def test_half_a_certificate_is_refused(tmp_path: Path) -> None:
    said = tweespoor(tmp_path, "serve", "--cert", "cert.pem")
    assert (said.returncode, said.stderr) == (1, "tweespoor: --cert and --key belong together\n")
    said = tweespoor(tmp_path, "serve", "--cert", "cert.pem", "--key", "key.pem")
    assert said.stderr == "tweespoor: cert.pem is not there\n"


def test_check_finds_what_was_changed_behind_our_back(tmp_path: Path) -> None:
    home = tmp_path / "installation"
    set_up(home, "--demo")
    said = tweespoor(home, "check")
    assert "1 journal, 2 tracks, 1 proof, " in said.stdout
    assert "all whole." in said.stdout
    track = max((home / "tracks").rglob("*.track"), key=lambda path: path.stat().st_size)
    whole = track.read_bytes()
    for place in (200, len(whole) // 2, len(whole) - 20):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        track.write_bytes(damaged)
        said = tweespoor(home, "check", "--quiet")
        assert said.returncode == 1, place
        assert said.stderr.startswith(f"track {track.stem}")
        assert said.stdout == ""
    track.write_bytes(whole)
    os.truncate(track, len(whole) - 5000)
    assert "track" in tweespoor(home, "check").stderr
    track.unlink()
    assert tweespoor(home, "check").returncode == 1
