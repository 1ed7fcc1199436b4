"""Drafted themes as the text of a theme file, and as plain values: for an analyst to edit. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from extractors.drafting import Draft, DraftTheme
from extractors.seeds import Passage

_HEAD = """\
# A draft of themes from:
{sources}
#
# Each theme below is a group of passages that seem to make one point. What is left to you:
#   - finish each definition: what makes a passage one of this theme, and what only sounds like it;
#   - take out themes that are none, put together those that are one, move passages that are in the wrong place;
#   - correct id, label and phrases; say what you mean in your own words as well, in every language you read.
# Then put the themes into themes.toml and run `amur themes check`.
"""


def as_toml(draft: Draft, sources: Sequence[str]) -> str:
    """A file that `parse_themes` takes; `sources` are the seeds' names, in the order in which passages count them."""
    head = _HEAD.format(sources="\n".join(f"#   {_line(source)}" for source in sources))
    blocks = [head, *("\n".join(_theme(theme, sources)) + "\n" for theme in draft.themes)]
    if draft.left_out:
        blocks.append(
            "\n".join(["# In no theme, since nothing else says the like:", *_quoted(draft.left_out, sources)]) + "\n"
        )
    return "\n".join(blocks)


def as_json(draft: Draft, sources: Sequence[str]) -> dict[str, Any]:
    """Themes with their passages, and the passages that are in none."""
    themes = [
        {
            "id": theme.id,
            "label": theme.label,
            "definition": theme.definition,
            "near": theme.near or None,
            "phrases": {
                language: {"strong": theme.strong[language], "weak": theme.weak[language]} for language in theme.strong
            },
            "passages": [_passage(passage, sources) for passage in theme.passages],
        }
        for theme in draft.themes
    ]
    return {"themes": themes, "left_out": [_passage(passage, sources) for passage in draft.left_out]}


def _passage(passage: Passage, sources: Sequence[str]) -> dict[str, Any]:
    source = sources[passage.article]
    return {"source": source, "paragraph": passage.paragraph + 1, "language": passage.language, "text": passage.text}


def _theme(theme: DraftTheme, sources: Sequence[str]) -> Iterator[str]:
    yield "[[theme]]"
    yield f"id = {_text(theme.id)}"
    yield f"label = {_text(theme.label)}"
    yield f"definition = {_text(theme.definition)}"
    if theme.near:
        yield f"# May be one with {theme.near}, the nearest of the others."
    yield "# Evidence, as the seeds have it:"
    yield from _quoted(theme.passages, sources)
    yield "[theme.statements]"
    by_language: dict[str, list[str]] = defaultdict(list)
    for passage in theme.passages:
        by_language[passage.language].append(passage.text)
    for language, texts in by_language.items():
        yield f"{language} = ["
        yield from (f"  {_text(text)}," for text in texts)
        yield "]"
    for language in theme.strong:
        chosen = {"strong": theme.strong[language], "weak": theme.weak[language]}
        if any(chosen.values()):
            yield f"[theme.phrases.{language}]"
            yield from (f"{key} = [{', '.join(map(_text, phrases))}]" for key, phrases in chosen.items() if phrases)


def _quoted(passages: Iterable[Passage], sources: Sequence[str]) -> Iterator[str]:
    """The sentences, each once though two of its clauses are here."""
    for one in {(one.article, one.sentence): one for one in passages}.values():
        yield f"#   {_line(sources[one.article])}, paragraph {one.paragraph + 1}: {one.whole}"


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # what can be seen is written alike in JSON and in TOML
