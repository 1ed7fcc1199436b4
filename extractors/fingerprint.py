"""A 64-bit fingerprint of a text: copies lie a few bits apart, other texts about half of all bits.

One bit each of 64 weighted minwise hashes of its shingles: Li and König, "b-Bit Minwise Hashing" (WWW 2010), with the
weights of Moulton and Jiang, "Maximally Consistent Sampling and the Jaccard Index of Probability Distributions" (ICDM
2018). A fraction d of the text changed costs about 32 d bits; simhash, of the same size, costs about 20 times the
square root of d, which sets a copy with one paragraph less twice as far apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

# Chinese and Japanese are written without spaces, so there a character is what a word is elsewhere.
_TOKEN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\\w+")
_FIRST_IDEOGRAPH = "\u3041"
_WORDS, _CHARACTERS = 2, 3  # tokens in a shingle
# A shingle this many tokens into the text weighs half of one at its start: editors cut from the end.
_HALF_WORDS, _HALF_CHARACTERS = 150, 300
_FEWEST_WORDS, _FEWEST_CHARACTERS = 20, 40
_LONGEST = 5_000  # tokens; what comes later weighs next to nothing
_KEYS = np.arange(1, 65, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def fingerprint(text: str) -> int:
    """The fingerprint of a text in any script, from 1 to 2**64 - 1; 0 when it has too few words to tell."""
    tokens = _TOKEN.findall(text.casefold())[:_LONGEST]
    ideographic = sum(token >= _FIRST_IDEOGRAPH for token in tokens) * 2 > len(tokens)
    if len(tokens) < (_FEWEST_CHARACTERS if ideographic else _FEWEST_WORDS):
        return 0
    size, half = (_CHARACTERS, _HALF_CHARACTERS) if ideographic else (_WORDS, _HALF_WORDS)
    weights: dict[str, float] = defaultdict(float)
    for i in range(len(tokens) - size + 1):
        weights[" ".join(tokens[i : i + size])] += half / (half + i)
    hashes = _hashes(weights)
    # Exponential clocks, faster for what weighs more: in each of the 64 races the first shingle gives its bit.
    uniform = ((hashes >> np.uint64(11)) + 0.5) * 2.0**-53
    first = (-np.log(uniform) / np.fromiter(weights.values(), np.float64)[:, None]).argmin(axis=0)
    bits = hashes[first, np.arange(len(_KEYS))] & np.uint64(1)
    return int.from_bytes(np.packbits(bits.astype(np.uint8)).tobytes(), "big") or 1


def distance(a: int, b: int) -> int:
    """In how many of 64 bits two fingerprints differ."""
    return (a ^ b).bit_count()


def _hashes(shingles: dict[str, float]) -> npt.NDArray[np.uint64]:
    """64 independent hashes of each shingle (rows), made of one by the mixer of SplitMix64."""
    digests = b"".join(blake2b(shingle.encode("utf-8", "replace"), digest_size=8).digest() for shingle in shingles)
    x: npt.NDArray[np.uint64] = np.frombuffer(digests, dtype="<u8").astype(np.uint64)[:, None] + _KEYS
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
