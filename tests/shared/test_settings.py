"""The environment: what is refused, and with which sentence."""

from pathlib import Path

import pytest

from safar.errors import SettingsError
from safar.settings import read_env_file, read_settings


def test_embedded_defaults_need_nothing(tmp_path: Path) -> None:
    known = read_settings({"SAFAR_VAR": str(tmp_path)}, tmp_path / "none")
    assert known.web_url == "http://127.0.0.1:8000"
    assert known.telegram_token == ""
    assert known.retention_days == 30


def test_secrets_are_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first = read_settings({"SAFAR_VAR": str(tmp_path)}, tmp_path / "none")
    second = read_settings({"SAFAR_VAR": str(tmp_path)}, tmp_path / "none")
    assert first.django_secret == second.django_secret
    assert first.django_secret != first.internal_token
    assert (tmp_path / "keys" / "django").stat().st_mode & 0o777 == 0o600


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SAFAR_WEB_PORT=8100\nSAFAR_RETENTION_DAYS='7'\n# a comment\n\nexport SAFAR_DEBUG=1\n")
    known = read_settings({"SAFAR_VAR": str(tmp_path), "SAFAR_WEB_PORT": "8200"}, tmp_path / ".env")
    assert (known.web_port, known.retention_days, known.debug) == (8200, 7, True)


def test_broken_env_file_names_the_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SAFAR_WEB_PORT=8100\nthis is no setting\n")
    with pytest.raises(SettingsError, match=r"\.env, line 2: expected NAME=value"):
        read_env_file(tmp_path / ".env")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SAFAR_WEB_PORT", "eight", "SAFAR_WEB_PORT=eight: give a whole number from 1 to 65535"),
        ("SAFAR_WEB_PORT", "70000", "from 1 to 65535"),
        ("TELEGRAM_BOT_TOKEN", "hello", "does not look like a token"),
        ("DATABASE_URL", "mysql://x", "must begin with postgresql://"),
        ("SAFAR_DEBUG", "yes", "give 0 or 1"),
    ],
)
def test_unusable_values_are_refused(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read_settings({"SAFAR_VAR": str(tmp_path), name: value}, tmp_path / "none")


def test_a_logo_is_a_small_picture(tmp_path: Path) -> None:
    picture = tmp_path / "logo.PNG"
    picture.write_bytes(b"x" * 50_000)
    given = {"SAFAR_VAR": str(tmp_path), "SAFAR_ORGANISATION": " Harbour House ", "SAFAR_LOGO": str(picture)}
    known = read_settings(given, tmp_path / "none")
    assert (known.organisation, known.logo) == ("Harbour House", picture)
    picture.write_bytes(b"x" * 50_001)
    for path in (picture, tmp_path / "none.png", tmp_path / "logo.exe"):
        with pytest.raises(SettingsError, match="at most 50 kB"):
            read_settings({**given, "SAFAR_LOGO": str(path)}, tmp_path / "none")


def test_unwritable_directory_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="Set SAFAR_VAR to a directory that can be written"):
        read_settings({"SAFAR_VAR": str(tmp_path / "file" / "var")}, tmp_path / "none")
