"""The command gives up with one clear sentence, and never with a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jishi import cli
from jishi.cli import home, messages
from jishi.cli.failure import Failure
from jishi.cli.postgres import Cluster

Jishi = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def jishi(tmp_path: Path) -> Jishi:
    """Run the command with a home of its own and nothing of this process's settings."""

    def run(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        clean = {n: v for n, v in os.environ.items() if not n.startswith(("JISHI_", "DATABASE_", "DJANGO_"))}
        return subprocess.run(
            [sys.executable, "-m", "jishi.cli", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**clean, "JISHI_HOME": str(tmp_path / "home"), **extra},
        )

    return run


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("jishi: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_help_names_every_command(jishi: Jishi) -> None:
    done = jishi("--help")

    assert done.returncode == 0
    for name in ("up", "serve", "work", "migrate", "doctor", "verify", "bench", "backup", "restore"):
        assert f"\n    {name} " in done.stdout


def test_acc_port_taken_is_one_sentence(jishi: Jishi) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = jishi("up", "--port", str(port))

    assert done.returncode == 1
    assert f"Port {port}" in sentence(done)
    assert f"jishi up --port {port + 1}" in done.stderr


def test_unwritable_home_is_one_sentence(jishi: Jishi, tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")

    done = jishi("up", "--port", "0", JISHI_HOME=str(blocked / "home"))

    assert done.returncode == 1
    assert "Cannot write to" in sentence(done)
    assert "JISHI_HOME" in done.stderr


def test_unreachable_database_is_one_sentence(jishi: Jishi) -> None:
    done = jishi("migrate", DATABASE_URL="postgresql://somebody@127.0.0.1:1/nothing")

    assert done.returncode == 1
    assert "Cannot reach the database" in sentence(done)


def test_an_installation_without_tables_is_one_sentence(jishi: Jishi) -> None:
    done = jishi("verify")

    assert done.returncode == 1
    assert "no tables yet: run `jishi up`" in sentence(done)


def test_serve_without_a_database_says_what_to_do(jishi: Jishi) -> None:
    done = jishi("serve", "web")

    assert done.returncode == 1
    assert "DATABASE_URL is not set" in sentence(done)


def test_an_old_python_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    assert cli.main() == 2
    assert capsys.readouterr().err == "jishi: needs Python 3.11 or newer; this one is 3.9.\n"


def test_secrets_are_private_kept_and_refused_when_others_can_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in home.GENERATED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))

    first = home.load_secrets(tmp_path, create=True)
    again = home.load_secrets(tmp_path, create=True)

    path = tmp_path / home.SECRETS_FILE
    assert first == again
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(Failure, match="chmod 600"):
        home.load_secrets(tmp_path, create=False)


def test_a_damaged_data_folder_is_one_sentence_with_the_servers_words(tmp_path: Path) -> None:
    root = tmp_path / "postgres"
    cluster = Cluster(root)
    cluster.start()
    cluster.stop()
    (cluster.data / "global" / "pg_control").write_bytes(b"broken")

    with pytest.raises(Failure, match=r"PostgreSQL stopped at start: .*pg_control"):
        Cluster(root).start()

    assert not (root / "run").exists() or not list((root / "run").iterdir())


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "holiday.jpg").write_text("beach")
    with pytest.raises(Failure, match="no PostgreSQL data folder"):
        Cluster(tmp_path / "postgres").start()

    assert (tmp_path / "postgres" / "data" / "holiday.jpg").read_text() == "beach"


def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    first, second = Cluster(tmp_path / "pg"), Cluster(tmp_path / "pg")

    assert first.claim()
    assert not second.claim()

    first.stop()
    assert second.claim()
    second.stop()


@pytest.mark.parametrize(
    ("source", "target", "good"),
    [
        ("Only %(n)s left.", "只剩 %(n)s 件。", True),
        ("Only %(n)s left.", "只剩 %(m)s 件。", False),
        (("%(n)s seat", "%(n)s seats"), ("%(n)s 个名额",), True),
        ("100%% cotton", "纯棉", True),
    ],
)
def test_placeholders_must_agree(source: str, target: str, good: bool) -> None:
    assert (messages.placeholder_fault(source, target) == "") is good
