"""The words of `data/stance.toml`, one pattern for each of its lists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

CUES = Path(__file__).with_name("data") / "stance.toml"

_NOTHING = r"(?!)"
# Characters of Taiwan and Hong Kong that stand in cues, and what they are in the cues.
_TRADITIONAL = (
    "稱說認為並從絕決無謊謠誤會沒屬據報導統計專學發長國總記來強調聲寫評論張這們雖儘過實與關遠構"
    "針對結議雙東員體觀點處種終將傳測擔應當權談開聯時駁許際該讓須顯樣師間問題純話聽戰責證達選連單動業務場經絡爲説衆"
)
_SIMPLIFIED = (
    "称说认为并从绝决无谎谣误会没属据报导统计专学发长国总记来强调声写评论张这们虽尽过实与关远构"
    "针对结议双东员体观点处种终将传测担应当权谈开联时驳许际该让须显样师间问题纯话听战责证达选连单动业务场经络为说众"
)
# One character for one character: offsets stay true.
_PLAIN = str.maketrans(
    {
        "’": "'",
        "‑": "-",
        "‐": "-",
        "\u00a0": " ",
        "\n": " ",
        "\t": " ",
        **dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)),
    }
)


@cache
def lists(language: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of one language, by their names."""
    return {name: tuple(cues) for name, cues in tomllib.loads(CUES.read_text("utf-8"))[language].items()}


@cache
def cue(language: str, name: str) -> re.Pattern[str]:
    """A list as one pattern: whole words, in any case; in Chinese wherever they stand."""
    return re.compile(bounded(language, lists(language)[name]), re.IGNORECASE)


def bounded(language: str, cues: Sequence[str]) -> str:
    """Any of `cues`, as a part of a longer pattern."""
    either = f"(?:{'|'.join(cues) or _NOTHING})"
    return either if language == "zh" else rf"(?<!\w){either}(?!\w)"


def plain(text: str) -> str:
    """A copy of the same length with simple apostrophes, hyphens and spaces, as the cues are written."""
    return text.translate(_PLAIN)
