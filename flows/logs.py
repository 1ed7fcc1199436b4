"""The log file: a line for each pass and each warning, in UTC, without secrets, private, of bounded size.

For whoever has to know afterwards what happened while nobody looked; what a pass did is in the warehouse.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from flows import report
from flows.secrets import Redaction
from warehouse.passes import PassRecord
from warehouse.store import PassRunning, WarehouseError

NAME = "amur"


@dataclass(frozen=True, slots=True)
class LogRules:
    """Where the log is (None: there is none), how long it may get, and how many old ones are kept."""

    file: Path | None
    size: int  # bytes
    files: int


class Log:
    """What Amur itself has to say in the log; nothing where there is none."""

    def __init__(self, handler: logging.Handler | None) -> None:
        self._handler = handler

    def passed(self, record: PassRecord) -> None:
        """Log one pass, and what it noted."""
        took = f" in {(record.finished_at - record.started_at).total_seconds():.0f} s" if record.finished_at else ""
        self.say(f"pass {record.outcome}{took}: {report.line(record)}")
        if record.note:
            self.say(record.note, logging.WARNING)

    def broke_off(self, error: BaseException) -> None:
        """Log why the work ended early: in a sentence where the user can help, else with the traceback."""
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.say("stopped")
        elif isinstance(error, PassRunning):
            self.say(str(error))
        elif isinstance(error, WarehouseError):
            self.say(str(error), logging.ERROR)
        else:
            logger = _logger()
            logger.handle(_record(logger, logging.ERROR, "broken off", error))

    def say(self, words: str, level: int = logging.INFO) -> None:
        """Log one line."""
        if self._handler:
            _logger().log(level, "%s", words)

    def attach(self) -> None:
        """Sit on the root logger, with whatever libraries warn of. Again after Prefect has set up logging anew."""
        if self._handler and self._handler not in logging.getLogger().handlers:
            logging.getLogger().addHandler(self._handler)


@contextmanager
def keeping(rules: LogRules, redaction: Redaction) -> Iterator[Log]:
    """Keep a log meanwhile; an exception is logged on its way out. A log that cannot be written stops nothing."""
    if rules.file is None:
        yield Log(None)
        return
    handler = _File(rules.file, rules.size, rules.files)
    handler.setFormatter(_Line())
    handler.addFilter(lambda record: record.name == NAME or record.levelno >= logging.WARNING)
    handler.addFilter(redaction)
    logger, log = _logger(), Log(handler)
    # What a pass notes is shown by the command already.
    logger.propagate, logger.level, logger.disabled = False, logging.INFO, False
    logger.addHandler(handler)
    log.attach()
    try:
        yield log
    except BaseException as error:
        log.broke_off(error)
        raise
    finally:
        for holder in (logger, logging.getLogger()):
            holder.removeHandler(handler)
        handler.close()


def _logger() -> logging.Logger:
    return logging.getLogger(NAME)


def _record(logger: logging.Logger, level: int, words: str, error: BaseException) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__)
    return logger.makeRecord(NAME, level, __file__, 0, words, (), trace)


class _Line(logging.Formatter):
    """One line a record, in UTC; the lines of a traceback are indented below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        # What a server said must not pass for a line of ours, nor steer the terminal that shows it.
        return "".join(letter if letter.isprintable() else " " for letter in super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        first, *trace = super().format(record).splitlines()
        return "\n".join([first, *(f"    {line}" for line in trace)])


class _File(RotatingFileHandler):
    """A private file that is opened for each record alone: several processes may log, and each may rotate."""

    def __init__(self, file: Path, size: int, files: int) -> None:
        super().__init__(
            file, maxBytes=size, backupCount=files, encoding="utf-8", delay=True, errors="backslashreplace"
        )
        self._complained = False

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if self.stream:
            with suppress(OSError):  # a full disk; it was complained of
                self.stream.close()
            self.stream = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        del record
        if not self._complained:
            self._complained = True
            why = sys.exc_info()[1]
            sys.stderr.write(f"Warning: the log {self.baseFilename} cannot be written: {why}\n")

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        handle = _private(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
        return TextIOWrapper(os.fdopen(handle, "ab"), encoding="utf-8", errors=self.errors)


def _private(path: str, flags: int) -> int:
    handle = os.open(path, flags, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        with suppress(PermissionError):  # somebody else's file, or a file system that knows no rights
            os.fchmod(handle, 0o600)
    return handle
