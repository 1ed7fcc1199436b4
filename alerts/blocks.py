"""A Slack message as JSON: Block Kit within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks and
https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from alerts.rules import AlertRules
from alerts.todo import Command
from alerts.views import AlertView, QuoteView
from alerts.words import more

Block = dict[str, Any]

BLOCKS, TEXT, HEADER = 50, 3000, 150
# All blocks together: undocumented, refused as `msg_blocks_too_long` somewhat above 11,000 characters of text.
# https://github.com/slackapi/bolt-js/issues/2867
ALL_TEXT = 10_000
ABOUT, SAID = 1400, 1500  # of the text that stands above the quotes
MOST_QUOTES = 10


def escape(text: str) -> str:
    """Text for a mrkdwn field; the ampersand first, or the others' would be escaped again."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_within(text: str, limit: int = TEXT) -> str:
    """Escaped text of at most `limit` characters; what is cut off ends before an entity, not inside one."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    kept, length = 0, 1  # the ellipsis
    while length + len(escape(text[kept])) <= limit:
        length += len(escape(text[kept]))
        kept += 1
    return escape(text[:kept].rstrip()) + "…"


def payload(views: Sequence[AlertView], rules: AlertRules, subject: str, message_id: str) -> bytes:
    """The JSON of one message about `views`, of which as many are shown as fit; the rest are named."""
    message = {
        "text": escape_within(subject),
        "blocks": _fitting(views, rules),
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "amur_alert", "event_payload": {"message_id": message_id}},
    }
    return json.dumps(message).encode()


def plain_payload(lines: Sequence[str], subject: str, message_id: str, event_type: str = "amur_test") -> bytes:
    """The JSON of a message of a heading and paragraphs."""
    message = {
        "text": escape_within(subject),
        "blocks": [_header(subject), *[_section(escape_within(line)) for line in lines]],
        "metadata": {"event_type": event_type, "event_payload": {"message_id": message_id}},
    }
    return json.dumps(message).encode()


def _fitting(views: Sequence[AlertView], rules: AlertRules) -> list[Block]:
    """Fewer quotes before fewer alerts: every theme deserves its paragraph."""
    most = min(len(views), max(rules.per_message, 1))
    quotes = min(max(rules.quotes, 1), MOST_QUOTES)
    for shown, quoted in product(range(most, 0, -1), range(quotes, 0, -1)):
        blocks = [block for view in views[:shown] for block in _alert(view, quoted)]
        blocks += _more(views[shown:])
        if len(blocks) <= BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) <= ALL_TEXT:
            return blocks
    return _more(views)


def _alert(view: AlertView, quoted: int) -> list[Block]:
    heading = _header(f"{view.kind.capitalize()}: {view.label}")
    about = escape_within(f"{view.when}. {view.definition}", ABOUT)
    quotes = [_quote(quote) for quote in view.quotes[:quoted]]
    links = _context(_within((_source(q) for q in view.quotes[:quoted] if q.url), ", ") or "No link is known.")
    commands = _context(_within((_command(c) for c in view.commands), "\n"))
    if len(view.sections) == 1:
        return [heading, _section(f"{about}\n{escape_within(' '.join(view.newness), SAID)}"), *quotes, links, commands]
    # Much to say: in the order of a letter, under the same headings.
    most = TEXT // max(len(view.sections), 1) - HEADER
    said = _section("\n".join(_under(s.heading, s.sentences, most) for s in view.sections) or "Nothing was counted.")
    return [heading, _section(f"{about}\n*{view.quoted}*"), *quotes, links, said, _section("*What to do*"), commands]


def _under(heading: str, sentences: Sequence[str], most: int) -> str:
    # Headings are our own words: bold, and nothing to escape.
    return f"*{heading}*\n" + escape_within("\n".join(sentences), most)


def _quote(quote: QuoteView) -> Block:
    # plain_text: no mention, link or bold can hide in the words of others.
    text = escape_within(f"“{quote.sentence}”\n{quote.title}\n{quote.source}")
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _source(quote: QuoteView) -> str:
    return f"<{escape(quote.url)}|Read {escape(quote.source)}>"


def _command(command: Command) -> str:
    # A backtick would end the code; none is in a theme's id, and in an address it may be written %60.
    return f"{escape(command.purpose)}: `{escape(command.line.replace('`', '%60'))}`"


def _within(texts: Iterable[str], separator: str, limit: int = TEXT) -> str:
    """As many whole texts as fit: half a link would be none."""
    joined = ""
    for text in texts:
        longer = joined + separator + text if joined else text
        joined = longer if len(longer) <= limit else joined
    return joined


def _more(rest: Sequence[AlertView]) -> list[Block]:
    return [_section(escape_within(more(v.label for v in rest)))] if rest else []


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": escape_within(text, HEADER), "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
