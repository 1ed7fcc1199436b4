"""Which language an article is in. The only file that knows py3langid."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_HEAD = 400  # characters of the text that are looked at, besides the title
_FEWEST = 3  # letters
# The script settles most of it and keeps the identifier from its worst slips (Chinese titles taken for Wu, English ones
# for Javanese). One character of Chinese says as much as three letters.
_SCRIPTS = {
    "latin": (re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"), 1),
    "cyrillic": (re.compile("[\u0400-\u052f]"), 1),
    "han": (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), 3),
    "kana": (re.compile("[\u3041-\u30ff]"), 3),
    "hangul": (re.compile("[\uac00-\ud7a3]"), 3),
    "arabic": (re.compile("[\u0620-\u06ff]"), 1),
    "devanagari": (re.compile("[\u0900-\u097f]"), 1),
}
_LANGUAGES = {
    "latin": ("en", "cs", "de", "es", "fi", "fr", "hu", "id", "it", "nl", "pl", "pt", "ro", "sv", "tr", "vi"),
    "cyrillic": ("ru", "be", "bg", "kk", "ky", "mk", "mn", "sr", "tg", "uk"),
    "han": ("zh",),
    "kana": ("ja",),
    "hangul": ("ko",),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi",),
}
_TELLING = (  # letters, and the only languages here that are written with them
    (re.compile("[ыэё]", re.IGNORECASE), frozenset(("ru", "be", "kk", "ky", "mn", "tg"))),
    (re.compile("[іїєґў]", re.IGNORECASE), frozenset(("be", "kk", "uk"))),
    (re.compile("[әғқңөұүһ]", re.IGNORECASE), frozenset(("kk", "ky", "mn"))),
    (re.compile("[јљњђћџѓќѕ]", re.IGNORECASE), frozenset(("mk", "sr"))),
)
_KANA_SHARE = 0.1  # Japanese has far more; a Chinese article may quote a Japanese name


def language_of(title: str, text: str) -> str:
    """The ISO 639-1 code of the language; "" when it cannot be told."""
    head = f"{title}\n{text[:_HEAD]}".strip()
    weights = {script: len(letters.findall(head)) * weight for script, (letters, weight) in _SCRIPTS.items()}
    if weights["kana"] > _KANA_SHARE * (weights["han"] + weights["kana"]):
        weights["kana"] += weights["han"]
    script = max(weights, key=lambda name: weights[name])
    if weights[script] < _FEWEST:
        return ""
    languages = set(_LANGUAGES[script])
    for letters, theirs in _TELLING:
        if letters.search(head):
            languages = languages & theirs or languages
    ranked: list[tuple[str, float]] = _identifier().rank(head)
    return next(language for language, _ in ranked if language in languages)


@cache  # the model takes a second to load
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([language for languages in _LANGUAGES.values() for language in languages])
    return identifier
