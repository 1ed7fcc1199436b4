"""Secrets: where they come from, how they get into addresses, and that they are printed nowhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.secrets import Environment, Redaction, fill, names_in, read_environment, shows_credentials

WEBHOOK = "https://hooks.slack.com/services/T000/B000/abcDEF123"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO, Redaction]]:
    """A logger whose only handler is covered."""
    out, redaction = io.StringIO(), Redaction()
    logger = logging.getLogger("tests.secrets")
    logger.propagate = False
    logger.addHandler(logging.StreamHandler(out))
    redaction.cover()
    yield logger, out, redaction
    logger.handlers.clear()
    for handler in logging.getLogger().handlers:
        handler.removeFilter(redaction)


def fail(message: str) -> None:
    raise ValueError(message)


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A variable that is set in the environment counts, whatever .env says."""
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    (tmp_path / ".env").chmod(0o600)
    held = read_environment(tmp_path, {"A": "environment"})
    assert (held.get("A"), held.get("B"), held.get("C")) == ("environment", "file", "")
    assert held.warnings == ()


def test_empty_is_not_set(tmp_path: Path) -> None:
    """A variable that is set to nothing does not hide the value in .env."""
    (tmp_path / ".env").write_text("A=file\nB=\n")
    held = read_environment(tmp_path, {"A": ""})
    assert (held.get("A"), held.get("B")) == ("file", "")


def test_values_are_taken_as_they_stand(tmp_path: Path) -> None:
    """A password may hold a dollar sign and braces, a hash in quotes, and letters of any script."""
    (tmp_path / ".env").write_text("A=pa${HOME}ss\nB='x#y z'\nC=пароль\n", encoding="utf-8")
    held = read_environment(tmp_path, {})
    assert (held.get("A"), held.get("B"), held.get("C")) == ("pa${HOME}ss", "x#y z", "пароль")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A=1\n\n  \nhunter2hunter2\nB=2\n", ["line 4"]),
        ('A=1\nC="hunter2\nB=2\n', ["line 2"]),
        ("A=1\nC='hunter 2' x\n\nhunter2 = \n=hunter2\nexport B=2\r\n", ["line 2", "line 5"]),
    ],
)
def test_lines_that_say_nothing(tmp_path: Path, text: str, lines: list[str]) -> None:
    """A line that is no NAME=value is named by its number and never shown; the others count."""
    (tmp_path / ".env").write_text(text)
    held = read_environment(tmp_path, {})
    assert (held.get("A"), held.get("B")) == ("1", "2")
    assert [complaint.path for complaint in held.complaints] == lines
    assert "hunter2" not in str(held.complaints)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder in its place, and text in another encoding, are mistakes in words."""
    (tmp_path / ".env").write_bytes("A=пароль".encode("cp1251"))
    assert "save it as UTF-8" in str(read_environment(tmp_path, {}).complaints)
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    (complaint,) = read_environment(tmp_path, {}).complaints
    assert str(complaint) == ".env: cannot be read: Is a directory"


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_file_that_others_can_read(tmp_path: Path, mode: int, warned: bool) -> None:
    """A .env that other users can read is named, with the command that mends it."""
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    file.chmod(mode)
    warnings = read_environment(tmp_path, {}).warnings
    assert bool(warnings) == warned
    assert all(f"chmod 600 {file}" in warning for warning in warnings)


def test_values_are_encoded_into_addresses() -> None:
    """What stands for one credential stays one credential, whatever letters it has."""
    held = Environment({"USER": "me", "PW": "a/b@c?d&e"})
    assert fill("https://${USER}:${PW}@example.org/f?x=1", held) == "https://me:a%2Fb%40c%3Fd%26e@example.org/f?x=1"
    assert names_in("https://${USER}:${PW}@example.org/") == ("USER", "PW")
    with pytest.raises(KeyError):
        fill("https://example.org/?k=${NOPE}", held)


@pytest.mark.parametrize(
    ("url", "shows"),
    [
        ("https://example.org/feed?x=1", False),
        ("https://user:pw@example.org/feed", True),
        ("https://user@example.org/feed", True),
        ("https://${USER}:${PW}@example.org/feed", False),
        ("https://example.org/feed?api_key=abc", True),
        ("https://example.org/feed?api_key=${KEY}", False),
        ("https://example.org/@someone/feed", False),
        ("https://example.org/feed?k=abc", True),
        ("https://example.org/feed?user_pass=abc", True),
        ("https://example.org/feed?auth=abc", True),
        ("https://example.org/feed?PW=abc", True),
        ("https://example.org/feed?sig=abc", True),
        ("https://example.org/feed?signature=abc", True),
        ("https://example.org/feed?author=abc&bypass=1&week=3", False),
    ],
)
def test_credentials_in_plain_sight(url: str, shows: bool) -> None:
    """A user, password or key in an address is seen, a ${NAME} in its place is not one."""
    assert shows_credentials(url) == shows


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"POST {WEBHOOK} failed", "POST https://hooks.slack.com/*** failed"),
        ("GET https://me:pw@example.org/feed", "GET https://***@example.org/feed"),
        ("GET https://me:p@w@example.org/feed", "GET https://***@example.org/feed"),
        ("https://example.org/f?api_key=abc&x=1#top", "https://example.org/f?api_key=***&x=1#top"),
        ("https://example.org/f?x=1&Access-Token=abc", "https://example.org/f?x=1&Access-Token=***"),
        ("https://example.org/f?X-Amz-Signature=abc", "https://example.org/f?X-Amz-Signature=***"),
        ("https://example.org/f?page=2", "https://example.org/f?page=2"),
        ("mail to name@example.org", "mail to name@example.org"),
        ("https://example.org/@someone/1", "https://example.org/@someone/1"),
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str, clean: str) -> None:
    """Webhooks, users with passwords, and values of keys, tokens, signatures and passwords are hidden unregistered."""
    assert Redaction().clean(text) == clean


def test_registered_secrets_are_hidden_in_every_spelling() -> None:
    """A registered secret is hidden as it is and percent-encoded."""
    redaction = Redaction()
    redaction.hide(["s3cret/&", "ab"])
    assert redaction.clean("s3cret/& or s3cret%2F%26 in cabbage") == "*** or *** in cabbage"


@given(st.text(), st.lists(st.text(min_size=4, max_size=8), max_size=3))
def test_cleaning_twice_changes_nothing(text: str, secrets: list[str]) -> None:
    """What is clean stays as it is."""
    redaction = Redaction()
    redaction.hide(secrets)
    once = redaction.clean(text)
    again = Redaction()
    assert again.clean(once) == once


def test_log_lines_are_clean(log: tuple[logging.Logger, io.StringIO, Redaction]) -> None:
    """A secret reaches no handler: not in the format, its arguments, an exception or a stack."""
    logger, out, redaction = log
    redaction.hide(["hunter2hunter2"])
    logger.warning("asking %s with %r", WEBHOOK, {"password": "hunter2hunter2"}, stack_info=True)
    try:
        fail("https://me:pw@example.org/ said hunter2hunter2")
    except ValueError:
        logger.exception("failed")
    text = out.getvalue()
    assert "abcDEF123" not in text
    assert "hunter2" not in text
    assert "me:pw" not in text
    assert "ValueError: https://***@example.org/ said ***" in text


def test_bad_log_arguments_harm_nobody(log: tuple[logging.Logger, io.StringIO, Redaction]) -> None:
    """A log call whose arguments do not fit its format neither raises nor leaks."""
    logger, out, _ = log
    logger.warning("%d items", "https://me:pw@example.org/")
    assert "***@example.org" in out.getvalue()
    assert "me:pw" not in out.getvalue()


def test_talkative_libraries_are_hushed() -> None:
    """Libraries that log whole addresses at INFO do not."""
    Redaction().cover()
    assert not logging.getLogger("slack_sdk").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


def test_traceback_of_a_bug_is_clean() -> None:
    """A bug's traceback is whole, and has no secrets."""
    try:
        fail(f"no answer from {WEBHOOK}")
    except ValueError as error:
        text = Redaction().report(type(error), error, error.__traceback__)
    assert text.startswith("Traceback")
    assert text.endswith("ValueError: no answer from https://hooks.slack.com/***\n")
