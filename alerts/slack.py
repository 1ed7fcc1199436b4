"""A message to a Slack channel through its incoming webhook. The only file that uses slack_sdk.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from alerts.deadline import Overdue, within
from alerts.hosts import is_this_machine
from alerts.rules import SendResult

if TYPE_CHECKING:
    from slack_sdk.webhook import WebhookResponse

# What Slack says, with 400, of a message that no webhook would take.
BAD_MESSAGES = {
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_payload",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
}
WEBHOOK_ADVICE = "Put a working webhook into AMUR_SLACK_WEBHOOK, or the variable that webhook_env names."


@dataclass(frozen=True, slots=True)
class SlackHook:
    """An incoming webhook: whoever knows its address can post, so it is shown nowhere."""

    name: str  # how the user calls it; names the recipient
    url: str = field(repr=False)
    deadline: float = 30.0  # seconds


def send(hook: SlackHook, body: bytes) -> SendResult:
    """Post one message, JSON whose bytes are not changed.

    Never raises for what the far side does, and ends within the deadline and a second. Only a message that
    Slack calls malformed is final: 429 and 5xx pass, and a webhook or a channel that is gone can be put right.
    Unclear is what breaks off after the message was handed over.
    """
    if not _is_usable(hook.url):
        text = f"The address of the webhook {hook.name!r} is not an https address. Check the setting."
        return SendResult("retry", "slack_url", text)
    try:
        return _judge(within(hook.deadline, lambda: _post(hook, body), lambda: None), hook)
    except URLError as error:
        # Raised while dialling or sending: Slack cannot have had the whole message.
        return SendResult("retry", "slack_unreachable", f"The webhook {hook.name!r} cannot be reached: {_why(error)}.")
    except (Overdue, OSError, HTTPException, UnicodeError):
        text = f"The webhook {hook.name!r} broke off before it said whether it takes the message."
        return SendResult("unclear", "slack_unclear", text)


def _is_usable(url: str) -> bool:
    if not re.fullmatch(r"[!-~]+", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that is none
    except ValueError:
        return False
    # The address is the key to the channel; it does not travel in clear.
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
    return bool(parts.hostname) and safe


def _post(hook: SlackHook, body: bytes) -> WebhookResponse:
    from slack_sdk.webhook import WebhookClient, WebhookResponse  # slow to import, and most runs send nothing

    class _Client(WebhookClient):
        # The SDK's own follows redirects, with whatever they point at inside our network.
        def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
            proxy = [ProxyHandler({"http": self.proxy, "https": self.proxy})] if self.proxy else []
            with build_opener(_Staying, HTTPSHandler(context=self.ssl), *proxy).open(req, timeout=self.timeout) as got:
                said = got.read().decode(got.headers.get_content_charset() or "utf-8")
                return WebhookResponse(url=url, status_code=got.status, body=said, headers=dict(got.headers.items()))

    # slack_sdk logs addresses at DEBUG, and whole exceptions at ERROR: all that matters is in our result.
    quiet = logging.getLogger("alerts.slack.sdk")
    quiet.setLevel(logging.CRITICAL)
    # Its timeout is per read. Half of ours, so that dialling in vain is told apart from silence after sending.
    client = _Client(hook.url, timeout=max(int(hook.deadline / 2), 1), logger=quiet, retry_handlers=[])
    # It serialises as `json.dumps` does by default, and so did we.
    return client.send_dict(json.loads(body))


class _Staying(HTTPRedirectHandler):
    """Goes nowhere else, whatever an answer says: the redirect becomes the answer."""

    def redirect_request(self, *_: object) -> None:
        return None


def _judge(answer: WebhookResponse, hook: SlackHook) -> SendResult:
    said = answer.body.strip()
    status = answer.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and said == "ok":
        return SendResult("sent")
    # Slack's reasons are single words; a page could hold anything, the address of the webhook too.
    word = f"{status} {said}" if re.fullmatch(r"[a-z_]{1,60}", said) else f"{status}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        text = f"The webhook {hook.name!r} sends us elsewhere ({word}), and redirects are not followed."
        return SendResult("retry", "slack_redirect", f"{text} {WEBHOOK_ADVICE}")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _seconds(answer.headers.get("Retry-After", ""))
        return SendResult("retry", "slack_rate_limited", f"The webhook {hook.name!r} asks for fewer messages.", wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendResult("retry", "slack_unavailable", f"The webhook {hook.name!r} is out of order ({word}).")
    if status == HTTPStatus.BAD_REQUEST and said in BAD_MESSAGES:
        return SendResult("undeliverable", "slack_refused", f"Slack does not take the message ({word}).")
    text = f"The webhook {hook.name!r} takes no messages ({word}): it or its channel is gone or closed to it."
    return SendResult("retry", "slack_webhook", f"{text} {WEBHOOK_ADVICE}")


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}", text.strip()) else None


def _why(error: URLError) -> str:
    reason = error.reason
    return (reason.strerror or type(reason).__name__) if isinstance(reason, OSError) else "the connection failed"
