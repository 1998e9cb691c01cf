"""What the words of a measure weigh: set phrases against signs of something that can be checked.

The expressions and their weights are data (`phrases/zh.yml`, `phrases/en.yml`). A rhetorical number, or a
document that is only to be studied, is taken out before signs of substance are looked for.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import yaml

# A measure has to show what it is about; but words the lists know nothing of are given the benefit of the
# doubt: they stay just below the default threshold of 1, and any set phrase takes them over it.
_BURDEN = 0.9
_MOST = 3.0  # set phrases weigh no more than this together: a long opening does not undo what follows it
_STRIPPED = 1.5  # what weighs this much as a phrase is no sign of substance, whatever number is in it
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure's words add up to.

    `empty` and `firm` are sums of weights, `phrases` the set phrases found, heaviest first. `talk` tells
    that all it would do is to meet, to study, or to send a notice; `plain_talk` that it says so plainly.
    """

    empty: float
    firm: float
    phrases: tuple[str, ...]
    talk: bool
    plain_talk: bool

    @property
    def score(self) -> float:
        """How far from substance: just below 1 for words unknown to the lists, more for set phrases."""
        return _BURDEN + min(self.empty, _MOST) - self.firm


# Weight and expression, heaviest first. One by one: joined into one, they would be tried at every character.
Weighed = tuple[tuple[float, re.Pattern[str]], ...]


@dataclass(frozen=True)
class _Lexicon:
    """The expressions of one language."""

    empty: Weighed
    firm: Weighed
    talk: Weighed

    @cached_property
    def hollow(self) -> Weighed:
        """What is no sign of substance, whatever number is in it."""
        return tuple((weight, pattern) for weight, pattern in self.empty if weight >= _STRIPPED)

    @cached_property
    def firmest(self) -> Weighed:
        """Signs that no set phrase contains."""
        return tuple((weight, pattern) for weight, pattern in self.firm if weight == self.firm[0][0])


@cache
def _lexicon(language: str) -> _Lexicon:
    source = files("rectification.rules").joinpath("phrases", f"{language}.yml").read_text("utf-8")
    lists = yaml.load(source, yaml.CBaseLoader)

    def weighed(kind: str) -> Weighed:
        pairs = ((float(weight), re.compile(e)) for weight, each in lists[kind].items() for e in each)
        return tuple(sorted(pairs, key=lambda pair: -pair[0]))

    return _Lexicon(weighed("empty"), weighed("firm"), tuple((0, re.compile(e)) for e in lists["talk"]))


@lru_cache(maxsize=1 << 16)
def read_measure(text: str) -> Reading:
    """Weigh the words of one measure, in Chinese where it holds a Chinese character, else in English.

    Where the plainest signs of substance outweigh all that set phrases could weigh, no phrase is looked for.
    """
    lexicon = _lexicon("zh" if _CHINESE.search(text) else "en")
    text = text.lower()
    plain = sum(weight for weight, _ in _found(text, lexicon.firmest, _BURDEN + _MOST)[0])
    if plain > _BURDEN + _MOST:
        return Reading(0.0, plain, (), talk=False, plain_talk=False)
    signs, _ = _found(_found(text, lexicon.hollow)[1], lexicon.firm)
    phrases, _ = _found(text, lexicon.empty)
    told, untold = _found(text, lexicon.talk)
    talk = bool(told) and not any(weight >= 1 for weight, _ in _found(untold, lexicon.firm)[0])
    return Reading(
        sum(weight for weight, _ in phrases),
        sum(weight for weight, _ in signs),
        tuple(phrase for weight, phrase in phrases if weight >= 1),
        talk,
        talk and not any(weight >= 1 for weight, _ in _found(untold, lexicon.empty)[0]),
    )


def _found(text: str, expressions: Weighed, enough: float = math.inf) -> tuple[list[tuple[float, str]], str]:
    """Return each different match once, with its weight, and the text without them.

    A place that a heavier expression has taken is not counted again. Once the weights add up to more than
    `enough`, nothing else is looked for.
    """
    found: dict[str, float] = {}
    total = 0.0
    for weight, pattern in expressions:
        matches = pattern.findall(text)  # of an expression without groups: the whole matches
        if not matches:
            continue
        for phrase in map(str.strip, matches):
            if phrase and phrase not in found:
                found[phrase] = weight
                total += weight
        if total > enough:
            break
        text = pattern.sub("…", text)
    return [(weight, phrase) for phrase, weight in found.items()], text
