"""What is checked before anything starts, and what is said when it is in the way."""

import socket
import subprocess
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from safar import run
from safar.errors import SafarError
from safar.settings import ROOT, Settings, read_settings


@pytest.fixture
def known(tmp_path: Path) -> Settings:
    return read_settings(
        {"SAFAR_VAR": str(tmp_path), "SAFAR_WEB_PORT": "18401", "SAFAR_ASSISTANT_PORT": "18402", "SAFAR_ACTIONS_PORT": "18403"},
        tmp_path / "none",
    )


def test_a_port_in_use_names_the_port_and_the_way_out(known: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SafarError, match=f"Port {port} on 127.0.0.1 cannot be used.*SAFAR_WEB_PORT={port + 1000} make run"):
            run.check_machine(replace(known, web_port=port))


def test_a_full_disk(known: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: usage(1, 1, 5_000_000))
    with pytest.raises(SafarError, match="Only 5 MB are free.*Free some space and start again"):
        run.check_machine(known)


def test_a_missing_environment(known: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.model, "ASSISTANT_PYTHON", Path("/nowhere"))
    with pytest.raises(SafarError, match="assistant environment is missing. Make it with: make setup"):
        run.check_machine(known)


def test_a_broken_env_file_stops_the_command_with_one_sentence(tmp_path: Path) -> None:
    result = subprocess.run(
        [str(ROOT / "bin" / "safar"), "run"],
        env={"PATH": "/usr/bin:/bin", "SAFAR_VAR": str(tmp_path), "SAFAR_WEB_PORT": "port"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == "safar: SAFAR_WEB_PORT=port: give a whole number from 1 to 65535.\n"


def test_telegram_runs_only_with_a_token(known: Settings) -> None:
    assert [process.name for process in run.processes(known)] == ["web", "assistant", "actions"]
    with_token = replace(known, telegram_token="1:abcdefghijk")
    assert [process.name for process in run.processes(with_token)] == ["web", "assistant", "actions", "telegram"]
