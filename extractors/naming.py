"""Whether a label names a theme: by one of its strong phrases, or by somebody who is this theme's alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractors import english, russian
from extractors.gate import sides
from extractors.phrases import Hit, LetterLexicon, Lexicon
from warehouse.records import Taxonomy, Theme


def names(theme: Theme, taxonomy: Taxonomy, label: Sequence[str]) -> bool:
    """Whether one of the label's phrases holds a strong phrase of the theme, or an entity of no other theme.

    Phrases are compared by lemma in English and Russian, by letters in Chinese. An entity that is a side itself (China,
    Moscow, Putin) names nothing.
    """
    if any(hit.phrase.strength == "strong" for hit in _hits(theme, label)):
        return True
    folded = [phrase.casefold() for phrase in label]
    return any(entity in phrase for entity in _own(theme, taxonomy) for phrase in folded)


def _own(theme: Theme, taxonomy: Taxonomy) -> Iterable[str]:
    others = {entity.casefold() for other in taxonomy.themes if other.id != theme.id for entity in other.entities}
    for entity in theme.entities:
        named = sides(entity, "en")
        if entity.casefold() not in others and not (named.china or named.russia):
            yield entity.casefold()


def _hits(theme: Theme, label: Sequence[str]) -> list[Hit]:
    in_english = Lexicon([theme], "en", english.lemmatised)
    in_russian = Lexicon([theme], "ru", lambda phrases: map(russian.words, phrases))
    in_chinese = LetterLexicon([theme], "zh")
    return [
        hit
        for phrase, words in zip(label, english.lemmatised(label), strict=True)
        for hit in (*in_english.hits(words), *in_russian.hits(russian.words(phrase)), *in_chinese.hits(phrase))
    ]
