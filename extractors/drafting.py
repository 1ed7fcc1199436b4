"""Drafts themes from passages: what says the same is put together, and named by what it alone speaks of. Pure.

Average-linkage clustering (Sokal and Michener 1958) on a likeness that joins meaning, words and nearness in the text;
names and phrases by class-based TF-IDF (Grootendorst 2022). Nothing is left to chance: the same passages, the same
themes.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from extractors.encoder import Encoder, load_encoder
from extractors.seeds import NounPhrase, Passage
from extractors.theme_words import phrase_spelling, spelling

FEWEST_PASSAGES = 4  # of which a theme can be drafted
MOST_PASSAGES = 600  # all are compared with all, some seconds long

_PASSAGES_OF_A_THEME = 3.5  # on the average, where nobody says how many themes there are
_MOST_THEMES = 40  # that a person can go through, where nobody says
_LARGEST, _SPARE = 5, 1.25  # passages of a theme; more, beyond the average, only where there are too many for that

# Meaning counts as much as words and place together: an author changes words and comes back, but keeps to a subject.
_BY_WORDS, _BY_PLACE = 0.5, 0.5
_NEXT, _SAME_PARAGRAPH, _NEXT_PARAGRAPH = 1.0, 0.5, 0.25

_STRONG, _WEAK = 6, 6  # phrases of a theme in a language
_LONGER = 0.5  # what each further word adds to a phrase: longer ones say more, and are rarer
_FOREMOST = 10  # phrases that a label is made of
_LABEL, _OPENING = 100, 40  # characters of a label, and of one that is the beginning of a passage

_CYRILLIC = dict(
    zip(
        "абвгдезийклмнопрстуфыэ",
        ("a", "b", "v", "g", "d", "e", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "y", "e"),
        strict=True,
    )
) | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
_NOT_IN_AN_ID = re.compile("[^a-z0-9]+")

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DraftTheme:
    """A theme to be edited: passages that seem to make one point, and what they alone speak of."""

    id: str
    label: str
    about: str  # the label within a sentence
    passages: tuple[Passage, ...]
    strong: Mapping[str, tuple[str, ...]]  # by language
    weak: Mapping[str, tuple[str, ...]]
    near: str = ""  # id of another one that may be the same: each is the other's nearest, wherever they stand

    @property
    def definition(self) -> str:
        """A sentence for the analyst to finish."""
        return f"Passages about {self.about} …"


@dataclass(frozen=True, slots=True)
class Draft:
    """The themes in the order in which the seeds come to speak of them, and the passages that are in none."""

    themes: tuple[DraftTheme, ...]
    left_out: tuple[Passage, ...]


def draft(passages: Sequence[Passage], encoder: Encoder | None, themes: int | None = None) -> Draft:
    """Themes from at most `MOST_PASSAGES` passages; at most `themes` of them, else one for every few passages.

    Without an encoder words and place alone decide.
    """
    wanted = themes or min(_MOST_THEMES, round(len(passages) / _PASSAGES_OF_A_THEME))
    vectors = encoder.encode([passage.text for passage in passages]) if encoder else None
    alike = likeness(passages, vectors)
    near = np.round(alike + _BY_PLACE * _by_place(passages), 6)
    clusters = clustered(near, max(1, wanted), firm=themes is not None)
    together = [cluster for cluster in clusters if len(cluster) > 1]
    alone = tuple(passages[cluster[0]] for cluster in clusters if len(cluster) == 1)
    named = list(_named([[passages[n] for n in cluster] for cluster in together], encoder))
    nearest = _neighbours(alike, together)
    return Draft(
        tuple(replace(theme, near=named[nearest[n]].id) if n in nearest else theme for n, theme in enumerate(named)),
        alone,
    )


def drafted(passages: Sequence[Passage], themes: int | None) -> Draft:
    """`draft` with the encoder that is installed, if any; for a worker."""
    return draft(passages, load_encoder(), themes)


def distinct(passages: Iterable[Passage]) -> list[Passage]:
    """The passages, each once: seeds quote one another."""
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(spelling(passage.text), passage)
    return list(first.values())


# --- what says the same ---------------------------------------------------------------------------


def likeness(passages: Sequence[Passage], vectors: NDArray[np.float32] | None) -> Matrix:
    """How much every two passages have in common by meaning and words, wherever they stand."""
    joined = _BY_WORDS * _by_words(passages)
    return joined if vectors is None else joined + _by_meaning(passages, vectors)


def clustered(likeness: Matrix, wanted: int, *, firm: bool = False) -> list[list[int]]:
    """Places in at most `wanted` groups if their size allows it, or anyway if that is `firm`, by average linkage.

    What differs only in its last bits is rounded away before, so that order decides.
    """
    count = len(likeness)
    largest = max(_LARGEST, math.ceil(_SPARE * count / wanted))
    near, sizes = likeness.astype(np.float64), np.ones(count)
    np.fill_diagonal(near, -np.inf)
    members = {place: [place] for place in range(count)}
    while len(members) > wanted:
        allowed = np.where(sizes[:, None] + sizes[None, :] <= largest, near, -np.inf)
        one, other = divmod(int(allowed.argmax()), count)
        if allowed[one, other] == -np.inf:
            if not firm:
                break
            largest += 1
            continue
        shares = sizes[[one, other]] / (sizes[one] + sizes[other])
        near[one] = near[:, one] = shares[0] * near[one] + shares[1] * near[other]
        near[other] = near[:, other] = near[one, one] = -np.inf
        sizes[one] += sizes[other]
        members[one] += members.pop(other)
    return sorted(sorted(places) for places in members.values())


def _neighbours(alike: Matrix, clusters: Sequence[Sequence[int]]) -> dict[int, int]:
    """Clusters each of which is the other's nearest, by the average likeness of their passages."""
    if len(clusters) < 2:  # noqa: PLR2004  one has no neighbour
        return {}
    member = np.zeros((len(clusters), len(alike)))
    for row, cluster in enumerate(clusters):
        member[row, cluster] = 1 / len(cluster)
    means = np.round(member @ alike @ member.T, 6)
    np.fill_diagonal(means, -np.inf)
    nearest = [int(place) for place in means.argmax(axis=1)]
    return {n: other for n, other in enumerate(nearest) if nearest[other] == n and means[n, other] > 0}


def _by_meaning(passages: Sequence[Passage], vectors: NDArray[np.float32]) -> Matrix:
    """Cosines of what sets each passage apart from the others in its language: all of them speak of the two sides."""
    apart = vectors.astype(np.float64)
    for language in {passage.language for passage in passages}:
        rows = [n for n, passage in enumerate(passages) if passage.language == language]
        apart[rows] -= apart[rows].mean(axis=0)
    apart = _of_length_one(apart)
    return apart @ apart.T


def _by_words(passages: Sequence[Passage]) -> Matrix:
    """Cosines of the lemmas' TF-IDF."""
    seen = Counter(lemma for passage in passages for lemma, _ in passage.terms)
    column = {lemma: n for n, lemma in enumerate(sorted(seen))}
    weights = np.zeros((len(passages), len(column)))
    for row, passage in enumerate(passages):
        for lemma, weight in passage.terms:
            weights[row, column[lemma]] = weight * math.log(1 + len(passages) / seen[lemma])
    weights = _of_length_one(weights)
    return weights @ weights.T


def _by_place(passages: Sequence[Passage]) -> Matrix:
    article, paragraph, sentence = (
        np.array([getattr(passage, name) for passage in passages]) for name in ("article", "paragraph", "sentence")
    )
    next_to = np.abs(sentence[:, None] - sentence) <= 1
    inside = np.where(next_to, _NEXT, _SAME_PARAGRAPH)
    near = np.where(paragraph[:, None] == paragraph, inside, np.where(next_to, _NEXT_PARAGRAPH, 0.0))
    return np.where(article[:, None] == article, near, 0.0)


def _of_length_one(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


# --- what it alone speaks of ----------------------------------------------------------------------


def _named(clusters: Sequence[Sequence[Passage]], encoder: Encoder | None) -> Iterable[DraftTheme]:
    spread = Counter(key for cluster in clusters for key in {said.key for one in cluster for said in one.phrases})
    taken: set[str] = set()
    for number, cluster in enumerate(clusters, 1):
        ranked = {
            language: _ranked([one for one in cluster if one.language == language], spread, len(clusters))
            for language in sorted({passage.language for passage in cluster})
        }
        first = next(iter(ranked))
        about = _about(_most_central(ranked[first], [p.text for p in cluster if p.language == first], encoder))
        chosen = {language: _chosen(phrases, spread, language) for language, phrases in ranked.items()}
        name = _id(about, number, taken)
        taken.add(name)
        about = about or _opening(cluster[0].text)
        yield DraftTheme(
            id=name,
            label=about[:1].upper() + about[1:],
            about=about,
            passages=tuple(cluster),
            strong={language: strong for language, (strong, _) in chosen.items()},
            weak={language: weak for language, (_, weak) in chosen.items()},
        )


def _ranked(passages: Sequence[Passage], spread: Mapping[str, int], clusters: int) -> list[NounPhrase]:
    """What the passages speak of, that first which many of them hold and few other clusters."""
    held = Counter(key for passage in passages for key in {said.key for said in passage.phrases})
    first: dict[str, NounPhrase] = {}
    for passage in passages:
        for said in passage.phrases:
            first.setdefault(said.key, said)
    worth = {
        key: held[key] * math.log(1 + clusters / spread[key]) * (1 + _LONGER * (said.words - 1))
        for key, said in first.items()
    }
    return sorted(first.values(), key=lambda said: -worth[said.key])


def _most_central(ranked: Sequence[NounPhrase], texts: Sequence[str], encoder: Encoder | None) -> list[NounPhrase]:
    """The foremost phrases, those first that mean most nearly what the passages do as a whole."""
    foremost = list(ranked[:_FOREMOST])
    if encoder is None or not foremost:
        return foremost
    whole = encoder.encode(texts).mean(axis=0)
    near = np.round(encoder.encode([said.written for said in foremost]) @ whole, 6)
    return [foremost[n] for n in np.argsort(-near, kind="stable")]


def _chosen(
    ranked: Sequence[NounPhrase], spread: Mapping[str, int], language: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Strong ones are phrases and names of this theme alone, weak ones single words and what others speak of too."""
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for said in ranked:
        own = spread[said.key] == 1 and (said.words > 1 or not said.phrase.islower() or language == "zh")
        chosen, most = (strong, _STRONG) if own else (weak, _WEAK)
        written = phrase_spelling(said.phrase)
        if len(chosen) < most and not (own and _overlaps(written, strong)) and written not in (strong | weak):
            chosen[written] = said.phrase
    return tuple(strong.values()), tuple(weak.values())


def _overlaps(written: str, chosen: Iterable[str]) -> bool:
    """Whether a chosen phrase says it already, as a part of it or around it."""
    return any(written in other or other in written for other in chosen)


def _about(ranked: Sequence[NounPhrase]) -> str:
    """The two foremost phrases that say different things."""
    chosen: list[NounPhrase] = []
    for said in ranked:
        known = {word for one in chosen for word in one.key.split()}
        if len(chosen) < 2 and not known & set(said.key.split()):  # noqa: PLR2004  the second adds, a third confuses
            chosen.append(said)
    return ", ".join(said.written for said in chosen)[:_LABEL]


def _opening(text: str) -> str:
    """How a passage begins: what is left to name a theme by whose passages have no phrases."""
    return text if len(text) <= _OPENING else text[: _OPENING + 1].rpartition(" ")[0] or text[:_OPENING]


def _id(about: str, number: int, taken: Iterable[str]) -> str:
    """A name of small letters; the first phrase of the label if that will do."""
    first, _, second = about.partition(", ")
    for said in (first, f"{first} {second}"):
        name = _NOT_IN_AN_ID.sub("-", _latin(said)).strip("-")[:64].strip("-")
        if name and name not in taken:
            return name
    return f"theme-{number}"


def _latin(text: str) -> str:
    plain = unicodedata.normalize("NFKD", "".join(_CYRILLIC.get(letter, letter) for letter in text.lower()))
    return "".join(letter for letter in plain if letter.isascii())
