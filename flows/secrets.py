"""Where secrets come from, how they get into addresses, and how they stay out of what is printed.

The only file that reads `.env` (python-dotenv). Nothing here keeps a secret longer than it is asked to.
"""

from __future__ import annotations

import io
import logging
import re
import stat
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, unquote, urlsplit

from dotenv.parser import parse_stream

from flows.complaints import Complaint

HIDDEN = "***"
SHORTEST = 4  # characters; hiding shorter secrets would shred every text
UNLIKE_WORDS = 8  # characters; a shorter secret may be a word of a path by chance
OURS = "AMUR_"  # how the names of Amur's own secrets begin

# These log whole addresses at INFO.
TALKATIVE = ("aiohttp", "httpcore", "httpx", "slack_sdk", "urllib3")

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WEBHOOK = re.compile(r"(https?://hooks\.slack(?:-gov)?\.com)/[^\s\"'<>]*", re.IGNORECASE)
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/?#\"'<>]*@", re.IGNORECASE)
# Long words tell wherever they stand in the name of a parameter; "auth" within "author" tells nothing.
_TELLING = (
    r"[\w.\[\]-]*(?:key|token|sig|password|secret)[\w.\[\]-]*"
    r"|(?:[\w.\[\]-]*[_.\[-])?(?:k|auth|pw|pwd|pass|passwd)\]?"
)
_QUERY = re.compile(rf"([?&;](?:{_TELLING})=)[^&#;\s\"'<>]+", re.IGNORECASE)
_HOST = re.compile(r"^([a-z][a-z0-9+.-]*://(?:[^/?#]*@)?)[^/?#:@]+", re.IGNORECASE)
_PATH = re.compile(r"(?<![:/])/[^?]*")
# Variables of the environment that hold secrets, by their names; those in `.env` all do.
_SECRET_NAME = re.compile(rf"{OURS}(?!CONFIG$)\w+|(\w+_)?(KEY|TOKEN|SECRET|PASSWORD|WEBHOOK)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Environment:
    """The values that secrets may come from; the process environment wins over `.env`."""

    values: Mapping[str, str] = field(repr=False)
    warnings: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()  # of `.env`; what can be read of it counts all the same
    private: frozenset[str] = frozenset()  # the names of those values that are nobody else's business

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no message may show."""
        return tuple(self.values[name] for name in sorted(self.private))

    def keeping(self, names: Iterable[str]) -> Environment:
        """The same, with the values of these names as secrets too."""
        return replace(self, private=self.private.union(filter(self.get, names)))

    def get(self, name: str) -> str:
        """The value of `name`, or "" where it is neither set nor in `.env`."""
        return self.values.get(name, "")


def read_environment(folder: Path, environment: Mapping[str, str]) -> Environment:
    """What is set in `environment` and in the `.env` of `folder`; a variable that is empty counts as not set."""
    file = folder / ".env"
    held: dict[str, str] = {}
    warnings: tuple[str, ...] = ()
    complaints: list[Complaint] = []
    try:
        held, complaints = _read(file.read_text(encoding="utf-8"))
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            warnings = (f"{file} can be read by other users of this machine: run `chmod 600 {file}`.",)
    except FileNotFoundError:
        pass  # all of it may be in the environment
    except UnicodeDecodeError as error:
        complaints = [Complaint(file.name, "", f"is not UTF-8 text (byte {error.start}): save it as UTF-8")]
    except OSError as error:
        complaints = [Complaint(file.name, "", f"cannot be read: {error.strerror}")]
    values = {**held, **{name: value for name, value in environment.items() if value}}
    private = frozenset(name for name in values if name in held or _SECRET_NAME.fullmatch(name))
    return Environment(values, warnings, tuple(complaints), private)


def _read(text: str) -> tuple[dict[str, str], list[Complaint]]:
    """The values, as they stand: a password may hold a dollar sign. And the lines that say nothing, without them."""
    held: dict[str, str] = {}
    complaints = []
    for found in parse_stream(io.StringIO(text)):
        if found.error or (found.key and found.value is None):
            blank = len(found.original.string) - len(found.original.string.lstrip())
            line = found.original.line + found.original.string.count("\n", 0, blank)
            advice = "is not NAME=value: give each its own line, and a value with spaces or # around it 'in quotes'"
            complaints.append(Complaint(".env", f"line {line}", advice))
        elif found.key and found.value:
            held[found.key] = found.value
    return held, complaints


def names_in(text: str) -> tuple[str, ...]:
    """The names that `text` refers to as ${NAME}, in order."""
    return tuple(_REFERENCE.findall(text))


def fill(url: str, environment: Environment) -> str:
    """`url` with each ${NAME} replaced by its value, percent-encoded: a value stands for one credential.

    Raises KeyError for a name that has no value.
    """
    return _REFERENCE.sub(lambda found: quote(environment.values[found[1]], safe=""), url)


def shows_credentials(url: str) -> bool:
    """True when `url` carries a user, password or key in plain sight rather than as ${NAME}."""
    bare = _REFERENCE.sub("", url)
    userinfo = urlsplit(bare).netloc.rpartition("@")[0]
    return bool(userinfo.strip(":")) or bool(_QUERY.search(bare))


def pasted(url: str, environment: Environment) -> str:
    """The name of the secret whose value stands in `url`, "" where none does.

    A host does not count: whoever looks it up tells it to everybody.
    """
    bare = _REFERENCE.sub("", url)
    for name in sorted(environment.private):
        if len(value := environment.get(name)) >= SHORTEST and _stands_in(value, bare):
            return name
    return ""


def _stands_in(value: str, url: str) -> bool:
    _, is_address, address = value.rstrip("/").partition("://")
    if is_address:  # a webhook is a secret as a whole, with its host, and a host alone is none
        return "/" in address and any(address in form for form in (url, unquote(url)))
    if not any(value in form for form in (url, unquote(url))):
        return False
    told = _HOST.sub(r"\1.", url)
    if len(value) < UNLIKE_WORDS:
        told = _PATH.sub("", told)
    whole = re.compile(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])")
    return any(whole.search(form) for form in (told, unquote(told)))


class Redaction(logging.Filter):
    """Takes secrets out of text: registered ones, and whatever looks like a credential in an address.

    A logging filter that changes what it lets through, so it sits on handlers.
    """

    def __init__(self) -> None:
        super().__init__()
        self._secrets: tuple[str, ...] = ()

    def hide(self, secrets: Iterable[str]) -> None:
        """Register secrets, to be taken out as they are and percent-encoded; very short ones are left."""
        spelt = {form for secret in secrets if len(secret) >= SHORTEST for form in (secret, quote(secret, safe=""))}
        self._secrets = tuple(sorted(spelt.union(self._secrets), key=len, reverse=True))

    def clean(self, text: str) -> str:
        """`text` without secrets; idempotent."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _WEBHOOK.sub(rf"\1/{HIDDEN}", text)
        text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
        return _QUERY.sub(rf"\1{HIDDEN}", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message, traceback and stack; every record passes."""
        record.msg, record.args = self.clean(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True

    def cover(self) -> None:
        """Sit on every handler there is. Call it again after a library set up logging: Prefect replaces root's."""
        loggers = [logging.getLogger(), *map(logging.getLogger, tuple(logging.root.manager.loggerDict))]
        for handler in {handler for logger in loggers for handler in logger.handlers}:
            handler.addFilter(self)
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)

    def report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
        """The traceback of `error` as Python would print it, without secrets."""
        return self.clean("".join(traceback.format_exception(kind, error, trace)))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  arguments that do not fit their format raise anything, and a log line must not
        return f"{record.msg} {record.args}"
