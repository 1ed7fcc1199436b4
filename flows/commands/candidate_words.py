"""Which candidate is meant, and how one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.commands import Trouble
from flows.commands.printing import cut

if TYPE_CHECKING:
    from warehouse.candidate_reading import Standing
    from warehouse.connect import Connection

LANGUAGES = {"en": "English", "ru": "Russian", "zh": "Chinese"}
# Why there is no alert on a candidate.
QUIET = {
    "burn-in": "without an alert: Amur had only begun to watch",
    "themes": "without an alert: it came up when the archive was judged anew",
}
WIDTH = 50  # columns of a label
LEAST = 2  # letters that name one: c- alone is none


def one_candidate(con: Connection, name: str) -> Standing:
    """The candidate whose id is `name`, or begins so. Raises `Trouble` unless it is one."""
    from difflib import get_close_matches

    from warehouse.candidate_reading import standings

    found = standings(con)
    wanted = name.strip().lower()
    begun = [one for one in found if one.candidate_id.startswith(wanted)] if len(wanted) > LEAST else []
    meant = [one for one in begun if one.candidate_id == wanted] or begun
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise Trouble(f"{name!r} begins several candidates: {', '.join(map(in_words, meant))}. Give more of the id.")
    labels = {one.label.lower(): one.candidate_id for one in found}
    near = get_close_matches(wanted, [one.candidate_id for one in found], n=3)
    near = near or [id_ for label, id_ in labels.items() if len(wanted) > LEAST and wanted in label][:3]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise Trouble(f"There is no candidate {name!r}.{hint} `amur candidates list` names them.")


def in_words(one: Standing) -> str:
    """A candidate as a sentence names it."""
    return f"{one.candidate_id} ({cut(one.label, WIDTH)})"


def decided_before(one: Standing) -> str:
    """That something was decided about a candidate, when, and how to decide anew."""
    became = f" ({one.theme_id})" if one.theme_id else ""
    again = f"to decide anew: amur candidates reopen {one.candidate_id}"
    return f"{in_words(one)} was {one.state}{became} on {one.state_at:%Y-%m-%d}; {again}"
