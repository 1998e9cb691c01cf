"""Texts that say the same: sets of character shingles, compared by MinHash where there are many.

Source: Broder, "On the resemblance and containment of documents", 1997.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rensa import RMinHash, RMinHashLSH

Shingles = frozenset[str]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+")
# Taken out first: full-width punctuation is what makes the folding of a Chinese text dear.
_PUNCTUATION = re.compile("[\\s!-/:-@\\[-`{-~·‐-―‘’“”…、。《》「」『』【】〔〕（）！，．：；？～]+")
_PERMUTATIONS = 64
_BANDS = {0.5: 32, 0.8: 16, 1.01: 8}  # similarity below which -> bands: more of them find less like texts
_SEED = 1  # any: but always the same, so that the same ledger has the same findings


@lru_cache(maxsize=1 << 16)
def bare(text: str) -> str:
    """Return what a text says: no punctuation, no case, and one number as good as another.

    A measure copied from elsewhere often has its number changed, and nothing else.
    """
    folded = unicodedata.normalize("NFKC", _PUNCTUATION.sub("", text)).casefold()
    return _NUMBER.sub("0", folded if folded.isalnum() else "".join(filter(str.isalnum, folded)))


@lru_cache(maxsize=1 << 16)
def shingles(text: str) -> Shingles:
    """Return the runs of characters a text is made of: three of Chinese, five of other writing."""
    return frozenset(_runs(bare(text)))


def _runs(said: str) -> list[str]:
    size = 3 if _CHINESE.search(said) else 5
    return [said[n : n + size] for n in range(max(1, len(said) - size + 1))] if said else []


def resemblance(one: Shingles, other: Shingles) -> float:
    """Return how much two texts are alike: the shingles they share of all they have, 0 to 1."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


class Comparison:
    """Texts that are compared over and over: each a number that has a bit for each of its shingles.

    Many times as fast as `resemblance`, and the same.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._known: list[tuple[int, int]] = []  # the number, and how many bits it has

    def add(self, *texts: str) -> int:
        """Take in what some texts say together. Returns its place, by which it is compared."""
        bits, said = self._bits, 0
        for text in texts:
            for run in _runs(bare(text)):
                bit = bits.get(run)
                if bit is None:
                    bit = bits[run] = 1 << len(bits)
                said |= bit
        self._known.append((said, said.bit_count()))
        return len(self._known) - 1

    def resemblance(self, one: int, other: int) -> float:
        """Return how much two of them are alike: the shingles they share of all they have, 0 to 1."""
        (ours, size), (theirs, their_size) = self._known[one], self._known[other]
        shared = (ours & theirs).bit_count()
        return shared / (size + their_size - shared) if shared else 0.0


def containment(part: str, *wholes: str) -> float:
    """Return how much of the text `part` stands in one of the texts `wholes` too, 0 to 1."""
    runs = _runs(bare(part))
    said = "\n".join(map(bare, wholes))
    return [run in said for run in runs].count(True) / len(runs) if runs else 0.0


@dataclass(frozen=True, slots=True)
class Twin:
    """A text (`index` in what was compared) and the earlier one it resembles."""

    index: int
    first: int
    resemblance: float


def twins(texts: Sequence[str], owners: Sequence[str], *, similarity: float, least: int) -> Iterator[Twin]:
    """Yield each text that resembles an earlier one of another owner by at least `similarity` (0 to 1).

    Texts of fewer than `least` characters are passed over: short ones are alike by chance. Of the earlier
    texts the first of its kind is named. Texts are compared with one of each kind only, so that a phrase
    used a thousand times costs a thousand comparisons, not half a million.
    """
    kinds: dict[str, list[int]] = {}  # what a text says, to the letter -> where it is said
    for index, text in enumerate(texts):
        said = bare(text)
        if len(said) >= least:
            kinds.setdefault(said, []).append(index)
    said_once = list(kinds)
    sets = [shingles(said) for said in said_once]
    heads = _heads(sets, similarity)
    members: dict[int, list[int]] = {}
    for kind, said in enumerate(said_once):
        members.setdefault(heads[kind], []).extend(kinds[said])
    kind_of = {index: kind for kind, said in enumerate(said_once) for index in kinds[said]}
    for same in members.values():
        same.sort()
        for index in same[1:]:
            first = next((one for one in same if owners[one] != owners[index]), index)
            if first < index:
                alike = resemblance(sets[kind_of[index]], sets[kind_of[first]])
                if alike >= similarity:
                    yield Twin(index, first, alike)


def _heads(sets: Sequence[Shingles], similarity: float) -> Mapping[int, int]:
    """Return the first set of its kind for each: itself where no earlier one resembles it."""
    bands = next(number for below, number in _BANDS.items() if similarity < below)
    index = RMinHashLSH(threshold=min(similarity, 1.0), num_perm=_PERMUTATIONS, num_bands=bands)
    sketches = RMinHash.from_token_sets([sorted(one) for one in sets], num_perm=_PERMUTATIONS, seed=_SEED)
    heads: dict[int, int] = {}
    for kind, sketch in enumerate(sketches):
        near = ((resemblance(sets[kind], sets[other]), -other) for other in index.query(sketch))
        best, other = max(near, default=(0.0, 0))
        if best >= similarity:
            heads[kind] = -other
        else:
            heads[kind] = kind
            index.insert(kind, sketch)
    return heads
