"""E-mail to one recipient over SMTP. The only file that uses smtplib.

https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 says what reply codes mean.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from alerts.deadline import Overdue, within
from alerts.hosts import is_this_machine
from alerts.letter import RenderError, address
from alerts.rules import SendResult
from alerts.words import clean

QUIT = 2.0  # seconds to wait for a goodbye, which nothing depends on
TEMPORARY, PERMANENT, BEYOND = 400, 500, 600  # reply codes
# What RFC 3463 calls transient, whatever class a server gives it: a full mailbox, a full or closing system, a line
# that broke, a loop, congestion. Not 4.1, with which big hosts mean a mailbox that does not exist:
# https://learn.microsoft.com/exchange/mail-flow-best-practices/use-directory-based-edge-blocking
PASSING = {"2.2", "3.1", "3.2", "4.2", "4.3", "4.5", "4.6", "4.7", "7.28"}
# What a server holds against us rather than against message or recipient, and our side can mend: login and encryption
# (RFC 3463, 4954), DKIM, SPF, reverse DNS (RFC 7372), a domain that takes no mail (RFC 7505).
OURS = {"7.8", "7.9", "7.10", "7.11", "7.12", "7.13", "7.14", *(f"7.{n}" for n in range(20, 28))}
NOT_ALLOWED = "7.1"  # to whoever did not log in, it mostly means that relaying takes a login
STORAGE = 552  # without an enhanced code: RFC 5321 has clients take it for a full mailbox
AUTH_NEEDED = {530, 534, 535, 538}  # replies that mean "log in first" wherever they come
SAID = 200  # characters of a server's reply
HIDDEN = "***"
TLS_ADVICE = "Check port, security and ca_file."
AUTH_ADVICE = "Check user and password."
POLICY_ADVICE = "Check the login under [email], and the sender's domain (SPF, DKIM)."


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """The server that takes our mail, and who we are to it.

    `starttls` starts in clear and turns to TLS (usually port 587), `tls` speaks TLS from the start (465).
    `none` is for this machine itself, or for a server that `allow_plain` vouches for.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str  # `Name <a@b>` or `a@b`
    user: str = ""  # "" for a server that asks for no login
    password: str = field(default="", repr=False)
    ca_file: str | None = None  # PEM; the system's authorities when None
    allow_plain: bool = False
    deadline: float = 60.0  # seconds, for one message from dialling to goodbye


def send(account: SmtpAccount, recipient: str, body: bytes) -> SendResult:
    """Send one message, whose bytes are not changed, to one recipient.

    Never raises for what the server does, and ends within the deadline and a second. A server that cannot
    be reached or trusted, a login that fails and a 4xx reply are worth a retry, and so is a 5xx reply whose
    enhanced code (RFC 3463) names what passes or what our side can mend; any other 5xx reply to the sender,
    the recipient or the message is final. Unclear is what breaks off after the message was handed over.
    """
    if obstacle := _obstacle(account, recipient):
        return obstacle
    sender, to = address(account.sender).addr_spec, address(recipient).addr_spec
    return _try(account, lambda line: _hand_over(line, sender, to, body))


def knock(account: SmtpAccount) -> SendResult:
    """Dial, encrypt and log in as `send` does, and say goodbye: "sent" means that a message could be handed over."""
    return _obstacle(account, account.sender) or _try(account, lambda line: line.noop())


def _try(account: SmtpAccount, say: Callable[[_Line], object]) -> SendResult:
    """What comes of a conversation in which `say` follows the login."""
    progress = _Progress()
    try:
        within(account.deadline, lambda: _converse(account, progress, say), progress.cut)
    except Overdue:
        return _judge(TimeoutError(), progress, account)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        return _judge(error, progress, account)
    return SendResult("sent")


def _obstacle(account: SmtpAccount, recipient: str) -> SendResult | None:
    """What keeps us from dialling at all: settings that can be mended, or a recipient nobody can write to."""
    if account.security == "none" and not (account.allow_plain or is_this_machine(account.host)):
        text = f"Mail to {account.host} would travel unencrypted. Use starttls or tls, or allow plain for this server."
        return SendResult("retry", "smtp_tls", text)
    try:
        address(account.sender)
    except RenderError as error:
        return SendResult("retry", "bad_sender", f"{error}.")
    try:
        address(recipient)
    except RenderError as error:
        return SendResult("undeliverable", "bad_address", f"{error}.")
    return None


# --- the conversation -----------------------------------------------------------------------------


class _Progress:
    """How far a conversation got, and the means to cut it from another thread."""

    def __init__(self) -> None:
        self.stage: Literal["dial", "tls", "login", "message"] = "dial"
        self.handed_over = False  # the last byte of the message has left
        self.accepted = False
        self._wire: socket.socket | None = None
        self._cut = False

    def hold(self, wire: socket.socket) -> None:
        """Take a second handle on the connection; raises TimeoutError when it is too late to begin."""
        self._wire = wire
        if self._cut:
            raise TimeoutError

    def cut(self) -> None:
        self._cut = True
        if self._wire:
            # Unlike closing, this wakes a thread that waits in a read, also inside a TLS handshake.
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        if self._wire:
            self._wire.close()


class _Line(smtplib.SMTP):
    """smtplib's client, which tells about its progress."""

    def __init__(self, account: SmtpAccount, progress: _Progress, tls: ssl.SSLContext | None) -> None:
        self._progress = progress
        self._tls = tls
        # Dials, and reads the banner. The deadline of the whole has to end first: what ends a single read is told as a
        # connection that the far side closed.
        super().__init__(account.host, account.port, timeout=2 * account.deadline)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # The place where smtplib's own SMTP_SSL turns to TLS; its timeouts alone are no deadline.
        plain = socket.create_connection((host, port), timeout)
        try:
            self._progress.hold(plain.dup())
            return self._tls.wrap_socket(plain, server_hostname=host) if self._tls else plain
        except BaseException:
            plain.close()
            raise

    def send(self, s: Any) -> None:
        super().send(s)
        # smtplib sends its commands as str and the message as bytes.
        self._progress.handed_over = self._progress.handed_over or isinstance(s, bytes)


def _converse(account: SmtpAccount, progress: _Progress, say: Callable[[_Line], object]) -> None:
    context = None
    if account.security != "none":
        progress.stage = "tls"  # a file of authorities that cannot be read belongs here
        context = ssl.create_default_context(cafile=account.ca_file)
        progress.stage = "dial"
    try:
        with contextlib.closing(_Line(account, progress, context if account.security == "tls" else None)) as line:
            _enter(line, account, progress, context)
            say(line)
            progress.accepted = True
            _part(line)
    finally:
        progress.release()


def _enter(line: _Line, account: SmtpAccount, progress: _Progress, context: ssl.SSLContext | None) -> None:
    line.ehlo_or_helo_if_needed()
    if account.security == "starttls":
        progress.stage = "tls"
        line.starttls(context=context)
    if account.user:
        progress.stage = "login"
        line.login(account.user, account.password)
    progress.stage = "message"


def _hand_over(line: _Line, sender: str, to: str, body: bytes) -> None:
    refused = line.sendmail(sender, [to], body)
    if refused:
        raise smtplib.SMTPRecipientsRefused(refused)


def _part(line: _Line) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if line.sock:
            line.sock.settimeout(QUIT)
        line.quit()


# --- the verdict ----------------------------------------------------------------------------------


def _judge(error: Exception, progress: _Progress, account: SmtpAccount) -> SendResult:
    """What an error means for the message, given how far the conversation got."""
    if progress.accepted:
        return SendResult("sent")
    host = f"{account.host}:{account.port}"
    code, said = _reply(error, account)
    if progress.handed_over and not code:
        text = f"{host} had the whole message and broke off before it said whether it takes it."
        return SendResult("unclear", "smtp_unclear", text)
    if isinstance(error, TimeoutError):
        return SendResult("retry", "smtp_timeout", f"{host} was not done within {account.deadline:g} s.")
    if code and code not in AUTH_NEEDED and progress.stage in {"dial", "message"}:
        return _refusal(code, host, said, at_the_door=progress.stage == "dial", anonymous=not account.user)
    if isinstance(error, ssl.SSLError) or progress.stage == "tls":
        return SendResult("retry", "smtp_tls", f"No trusted encrypted connection to {host}: {said}. {TLS_ADVICE}")
    return _locked_out(host, said) if code or progress.stage == "login" else _cut_off(host, said, progress)


def _refusal(code: int, host: str, said: str, *, at_the_door: bool, anonymous: bool) -> SendResult:
    status = re.match(r"\d{3}[ -]([245])\.(\d{1,3}\.\d{1,3})\b", said)
    kind, what = status.groups() if status else ("", "2.2" if code == STORAGE else "")
    if code < PERMANENT or kind == "4" or what in PASSING:
        return SendResult("retry", "smtp_busy", f"{host} asks to try again later: {said}.")
    if what in OURS or (what == NOT_ALLOWED and anonymous):
        return SendResult("retry", "smtp_policy", f"{host} does not take mail from us: {said}. {POLICY_ADVICE}")
    # A server that turns us away at the door says nothing about the message.
    return SendResult("retry" if at_the_door else "undeliverable", "smtp_refused", f"{host} refuses: {said}.")


def _locked_out(host: str, said: str) -> SendResult:
    return SendResult("retry", "smtp_auth", f"{host} did not let us log in: {said}. {AUTH_ADVICE}")


def _cut_off(host: str, said: str, progress: _Progress) -> SendResult:
    if progress.stage == "dial":
        return SendResult("retry", "smtp_unreachable", f"{host} cannot be reached: {said}.")
    return SendResult("retry", "smtp_dropped", f"{host} broke off before it had the message: {said}.")


def _reply(error: Exception, account: SmtpAccount) -> tuple[int, str]:
    """The server's refusal as (code, text), or (0, what went wrong) when it gave none."""
    code: int = 0
    said: str | bytes = _explained(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    # The bare class is smtplib's own complaint about a line that is too long.
    elif isinstance(error, smtplib.SMTPResponseException) and type(error) is not smtplib.SMTPResponseException:
        code, said = error.smtp_code, error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    refusal = code if TEMPORARY <= code < BEYOND else 0
    return refusal, clean(_without_secrets(f"{code} {text}" if code else text, account), SAID).rstrip(".")


def _explained(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, UnicodeError):
        return "its name, the user or the password holds characters that SMTP cannot carry"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _without_secrets(text: str, account: SmtpAccount) -> str:
    """A server may echo what it was told, as it is or as the login sent it."""
    if not account.password:
        return text
    for secret in (account.password, f"\0{account.user}\0{account.password}"):
        text = text.replace(base64.b64encode(secret.encode()).decode(), HIDDEN).replace(secret, HIDDEN)
    return text
