"""Judges articles: the gate first, then, for what it lets through, the themes.

Models and compiled themes are loaded once per process; `judge` is deterministic and takes `now` as an argument.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np

from extractors import english, exemplars, gate, names, residuals, russian, scores
from extractors.encoder import Vectors, encoder_id, load_encoder
from extractors.english import EnglishSentence
from extractors.gate import Speech
from extractors.phrases import Hit, LetterLexicon, Lexicon
from extractors.scores import Passage
from extractors.sentences import LONGEST_TEXT, Span, cut, sayable
from extractors.stance import stance
from extractors.stance_cues import CUES
from extractors.topical import Said
from warehouse.records import Evidence, Judgement, Mention, Score, Taxonomy


def _scorer() -> str:
    # The names and the background decide as much as the code does: who edits them has the archive judged again.
    files = (gate.FORMS, names.FORMS, CUES, exemplars.BACKGROUND)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
    return "+".join(["joined-4", encoder_id(), digest] if encoder_id() else ["lexical-3", digest])


SCORER = _scorer()  # the version of everything that decides a judgement, besides the themes


@dataclass(frozen=True, slots=True)
class JudgeInput:
    """What an article is judged by."""

    id: uuid.UUID
    title: str
    text: str
    language: str  # "en", "ru", "zh"; others are not read


@dataclass(frozen=True, slots=True)
class _Sentence:
    written: str
    span: Span
    in_title: bool
    english: EnglishSentence | None


def judge(article: JudgeInput, taxonomy: Taxonomy, now: datetime, model: Path | None = None) -> Judgement:
    """What `article` is about under `taxonomy`. Reads its first `LONGEST_TEXT` characters; never raises for a text.

    Each step runs only where a cheaper one has left the question open: surface forms, then sentences, then the
    encoder, then the tagger, the lemmas and the entities. `model` is what `exemplars.prepare` learnt of the themes;
    without it they are scored by their phrases alone, and the gate goes by names. Raises `NotLearntError` where that
    file cannot be read.
    """
    title, text = article.title[:LONGEST_TEXT], article.text[:LONGEST_TEXT]
    verdict = gate.first_look(title, text, article.language)
    if verdict:
        return _judgement(article, taxonomy, now, verdict)
    language = gate.known_language(article.language)
    sentences = [*_cut(title, language, in_title=True), *_cut(text, language, in_title=False)]
    written = [_written(sentences, in_title=where) for where in (True, False)]
    vectors = _encoding(sentences, model)
    verdict = gate.weigh(written[0], written[1], language, _hearing(vectors, model, language))
    if not verdict.relevant:
        return _judgement(article, taxonomy, now, verdict)
    if language == "en":
        mentions = english.enrich([sentence.english for sentence in sentences if sentence.english])
    else:
        mentions = names.mentions([sentence.written for sentence in sentences], language)
    brief = gate.is_brief(verdict.sentences)
    reading = _read(sentences, taxonomy, language, model, vectors, brief=brief)
    said = tuple(_with_stance(score, title, text, language) for score in _scores(reading, language, brief=brief))
    judged = _judgement(article, taxonomy, now, verdict, said, mentions)
    return _with_residual(judged, reading, sentences, language) if reading.sense else judged


def read(article: JudgeInput, taxonomy: Taxonomy, model: Path | None = None) -> Reading:
    """What `judge` scores an article by, whatever the gate says of it; for measuring what each witness is worth."""
    language = gate.known_language(article.language)
    title, text = article.title[:LONGEST_TEXT], article.text[:LONGEST_TEXT]
    sentences = [*_cut(title, language, in_title=True), *_cut(text, language, in_title=False)]
    english.enrich([sentence.english for sentence in sentences if sentence.english])
    brief = gate.is_brief(len(_written(sentences, in_title=False)))
    return _read(sentences, taxonomy, language, model, _encoding(sentences, model), brief=brief)


def _judgement(
    article: JudgeInput,
    taxonomy: Taxonomy,
    now: datetime,
    verdict: gate.Verdict,
    found: tuple[Score, ...] = (),
    mentions: tuple[Mention, ...] = (),
) -> Judgement:
    return Judgement(
        article_id=article.id,
        taxonomy_id=_id(taxonomy),
        judged_at=now,
        relevant=verdict.relevant,
        relevance=verdict.relevance,
        reason=verdict.reason,
        sentences=verdict.sentences,
        co_mentions=verdict.co_mentions,
        scores=found,
        mentions=mentions,
    )


def _with_stance(score: Score, title: str, text: str, language: str) -> Score:
    """The score with whose claim each sentence of its evidence is, and whether it denies its point."""
    marked = (
        replace(e, quoted=s.quoted, speaker=s.speaker, negated=s.negated, hedged=s.hedged)
        for e in score.evidence
        for s in (stance(title if e.in_title else text, e.start, e.end, language),)
    )
    return replace(score, evidence=tuple(marked))


def _cut(text: str, language: str, *, in_title: bool) -> list[_Sentence]:
    found: Iterable[tuple[Span, EnglishSentence | None]]
    if language == "en":
        found = ((sentence.span, sentence) for sentence in english.cut(text))
    else:
        found = ((span, None) for span in cut(text, language))
    return [_Sentence(text[slice(*span)], span, in_title, one) for span, one in found if sayable(text, span)]


def _written(sentences: Sequence[_Sentence], *, in_title: bool) -> list[str]:
    return [sentence.written for sentence in sentences if sentence.in_title == in_title]


Encoding = Callable[[], Vectors]


def _encoding(sentences: Sequence[_Sentence], model: Path | None) -> Encoding | None:
    """What gives the vectors of the sentences, found once, when first asked for; None where nothing was learnt."""
    encoder = load_encoder() if model else None
    return cache(partial(encoder.encode, [sentence.written for sentence in sentences])) if encoder else None


def _hearing(encode: Encoding | None, model: Path | None, language: str) -> Callable[[], list[Speech]] | None:
    return (lambda: exemplars.load(model).speech(encode(), language)) if encode and model else None


# --- themes ---------------------------------------------------------------------------------------


_NO_VECTORS: Vectors = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An article's sentences with their phrases, and how much they make each theme's point, where that was learnt."""

    passages: list[Passage]
    sense: scores.Sense | None
    nearest: scores.Nearest
    # Of the sentences, as encoded, as centred and apart from talk; without rows where nothing was learnt.
    vectors: Vectors
    centred: Vectors
    apart: Vectors
    meant: scores.Sense | None = None  # `sense` by meaning alone, without the words of the statements


def _scores(reading: Reading, language: str, *, brief: bool) -> tuple[Score, ...]:
    if reading.sense is None:
        return scores.by_phrases(reading.passages, brief=brief)
    return scores.joined(reading.passages, reading.sense, reading.nearest, language, brief=brief)


def _read(
    sentences: Sequence[_Sentence],
    taxonomy: Taxonomy,
    language: str,
    model: Path | None,
    encode: Encoding | None,
    *,
    brief: bool,
) -> Reading:
    passages = _passages(sentences, taxonomy, language, brief=brief)
    if model is None or encode is None:
        return Reading(passages, None, lambda *_: ("", 0.0), _NO_VECTORS, _NO_VECTORS, _NO_VECTORS)
    learnt, vectors = exemplars.load(model), encode()
    row = {(passage.in_title, passage.start): n for n, passage in enumerate(passages)}

    def nearest(theme_id: str, evidence: Evidence) -> tuple[str, float]:
        return learnt.nearest(vectors[row[evidence.in_title, evidence.start]], language, theme_id)

    meant = learnt.scores(vectors, language)
    both = learnt.with_words(meant, [passage.sentence for passage in passages], language)
    sense, alone = (scores.Sense(learnt.themes, some) for some in (both, meant))
    centred = learnt.centred(vectors, language)
    return Reading(passages, sense, nearest, vectors, centred, learnt.apart(centred, language), alone)


def _with_residual(judged: Judgement, reading: Reading, sentences: Sequence[_Sentence], language: str) -> Judgement:
    """The judgement with what no theme explains, and with what its sentences mean."""

    def speak(row: int, times: int) -> Said:
        return Said(sentences[row].written, times, sentences[row].english)

    meant = reading.meant
    left = residuals.residual(reading.passages, meant, reading.apart, speak, language) if meant else None
    return replace(judged, residual=left, sense=residuals.quantised(reading.centred))


def _passages(sentences: Sequence[_Sentence], taxonomy: Taxonomy, language: str, *, brief: bool) -> list[Passage]:
    hits = _hits(sentences, taxonomy, language)
    standings = scores.standings([sentence.written for sentence in sentences], language)
    return [
        Passage(
            sentence=sentence.written,
            start=sentence.span[0],
            end=sentence.span[1],
            in_title=sentence.in_title,
            standing=scores.TOGETHER if brief else standing,
            hits=tuple(found),
        )
        for sentence, standing, found in zip(sentences, standings, hits, strict=True)
    ]


def _hits(sentences: Sequence[_Sentence], taxonomy: Taxonomy, language: str) -> list[list[Hit]]:
    # One look-up per article: a taxonomy is long to compare.
    if language == "zh":
        letters = _letters(taxonomy, language)
        return [letters.hits(sentence.written) for sentence in sentences]
    if language == "ru":
        lexicon = _russian_lexicon(taxonomy)
        return [lexicon.hits(russian.words(sentence.written)) for sentence in sentences]
    lexicon = _english_lexicon(taxonomy)
    return [lexicon.hits(sentence.english.words if sentence.english else ()) for sentence in sentences]


@lru_cache(maxsize=2)
def _english_lexicon(taxonomy: Taxonomy) -> Lexicon:
    return Lexicon(taxonomy.themes, "en", english.lemmatised)


@lru_cache(maxsize=2)
def _russian_lexicon(taxonomy: Taxonomy) -> Lexicon:
    return Lexicon(taxonomy.themes, "ru", lambda phrases: map(russian.words, phrases))


@lru_cache(maxsize=2)
def _letters(taxonomy: Taxonomy, language: str) -> LetterLexicon:
    return LetterLexicon(taxonomy.themes, language)


@lru_cache(maxsize=2)
def _id(taxonomy: Taxonomy) -> str:
    # Worth keeping: it is computed from every phrase, which takes longer than most articles do.
    return taxonomy.id
