"""Real SMTP servers on loopback: one that takes mail, and one that misbehaves as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"

# What a scripted server does instead of replying.
DROP, HANG, DRIP = "drop", "hang", "drip"
Reply = bytes | str | tuple[bytes, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that a server accepted."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes


class MailSink:
    """Takes every message, over TLS and after a login if so wished. A context manager."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, login: tuple[str, str] | None = None
    ):
        self.letters: list[Letter] = []
        self._tls, self._implicit, self._login = tls, implicit, login
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return "250 taken"

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, HOST, 0, ssl=self._tls if self._implicit else None)

    async def _stop(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            # aiosmtpd does not see that the line is encrypted already.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                self,
                hostname="sink.example",
                tls_context=None if self._implicit else self._tls,
                require_starttls=self._tls is not None and not self._implicit,
                authenticator=self._authenticate,
                auth_required=self._login is not None,
                auth_require_tls=not self._implicit,
                loop=self._loop,
            )

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False)


class ScriptedServer:
    """Speaks just enough SMTP, except where `replies` says otherwise. A context manager.

    Keys of `replies` are banner, EHLO, MAIL, RCPT, DATA, end (of the data), QUIT and further verbs; a value is
    a reply line without its end, or DROP, HANG or DRIP, or a line and one of these after it. `said` holds the
    commands, `letters` the messages that came whole.
    """

    USUAL: Mapping[str, Reply] = {
        "banner": b"220 scripted.example",
        "EHLO": b"250 scripted.example",
        "MAIL": b"250 ok",
        "RCPT": b"250 ok",
        "DATA": b"354 go on",
        "end": b"250 taken",
        "QUIT": b"221 bye",
        "RSET": b"250 ok",
    }

    def __init__(self, **replies: Reply) -> None:
        self.said: list[str] = []
        self.letters: list[bytes] = []
        self._replies = {**self.USUAL, **replies}
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._socket = socket.create_server((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError), line.makefile("rb") as hears:
                self._talk(line, hears.readline)

    def _talk(self, line: socket.socket, readline: Callable[[], bytes]) -> None:
        going_on = self._reply(line, "banner")
        while going_on and (command := readline()):
            self.said.append(command.decode().strip())
            verb = command[:4].decode().upper()
            going_on = self._reply(line, verb) and verb != "QUIT"
            if going_on and verb == "DATA":
                self.letters.append(self._data(readline))
                going_on = self._reply(line, "end")

    @staticmethod
    def _data(readline: Callable[[], bytes]) -> bytes:
        lines = []
        while (heard := readline()) not in {b".\r\n", b""}:
            lines.append(heard.removeprefix(b"."))
        return b"".join(lines)

    def _reply(self, line: socket.socket, moment: str) -> bool:
        """Do what the script says; False when the conversation is over."""
        reply = self._replies.get(moment, b"502 what?")
        for act in reply if isinstance(reply, tuple) else (reply,):
            if isinstance(act, str):
                self._misbehave(line, act)
                return False
            line.sendall(act + b"\r\n")
        return True

    def _misbehave(self, line: socket.socket, fault: str) -> None:
        if fault == HANG:
            self._over.wait(10)
        while fault == DRIP and not self._over.wait(0.05):
            line.sendall(b"2")


# --- certificates ---------------------------------------------------------------------------------


def certified(folder: Path, name: str = HOST) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context with a certificate for `name`, and the file of the authority that vouches for it."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Amur test authority")])
    authority = (
        _certificate(authority_name, authority_name, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        _certificate(x509.Name([]), authority_name, server_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_subject(name)]), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    ca_file, chain = folder / "authority.pem", folder / "server.pem"
    ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(server.public_bytes(serialization.Encoding.PEM) + _pem(server_key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, str(ca_file)


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signs_certificates() -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    return x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=True, decipher_only=False, **dict.fromkeys(others, False)
    )


def _subject(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
