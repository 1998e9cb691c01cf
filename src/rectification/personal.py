"""Personal data in a text: found by its form and its check digit, and masked.

Resident identity numbers and the check digits of cards are python-stdnum's, mobile numbers phonenumbers':
both follow the registers of prefixes as they change. What they say of a number is only asked of what looks
like one, so that a text without figures costs one search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["resident_id", "mobile", "bank_card", "private_mail"]

# Full-width forms are typed as easily as the others; one character each, so that places stay the same.
_WIDE = {0xFEE0 + n: n for n in range(0x21, 0x7F) if chr(n).isalnum() or chr(n) in "@.-+_"} | {0x3000: 0x20}
_SUSPECT = re.compile(r"[0-9０-９](?:[0-9０-９]|[ 　－-](?=[0-9０-９])){10}|[@＠]")
# Bytes of UTF-8 by kind: a figure, the three bytes of a full-width one (EF BC 90 to 99), or anything else.
_KINDS = bytes(
    0x30 if chr(b) in "0123456789" or 0x90 <= b <= 0x99 else {0xEF: 0x45, 0xBC: 0x42}.get(b, 0x78)
    for b in range(256)
)
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)

_RESIDENT_ID = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}([ -]?)(?:18|19|20)[0-9]{6}\1[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_CARD = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.-])"
    r"(?:[0-9]{16,19}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4,7}(?:\1[0-9]{1,3})?|[0-9]{6}[ -][0-9]{10,13})"
    r"(?![0-9A-Za-z]|[.-][0-9])"
)
_MOBILE = re.compile(
    r"(?:(?<![0-9A-Za-z])(?<![0-9]\.)|(?<=tel)|(?<=phone)|(?<=wx)|(?<=vx))"
    r"(?:(?:\+|00)?86[ -]?|0)?(1[3-9][0-9](?:[0-9]{8}|([ -])[0-9]{4}\2[0-9]{4}))"
    # A sum, or an amount of something, may have eleven digits too.
    r"(?![0-9A-Za-z]|\.[0-9]|[ ]*(?:元|圆|万|亿|吨|亩|度|平方|立方|千瓦|美元|欧元))",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})")

# Issuers' prefixes and the lengths of their numbers. Source: ISO/IEC 7812-1; UnionPay 62 and the older
# numbers of Chinese banks (9558, 60), Visa 4, Mastercard 51-55 and 2221-2720, JCB 3528-3589.
_ISSUERS = (
    (re.compile(r"62|60|81|9558"), range(16, 20)),
    (re.compile(r"4"), (16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"352[89]|35[3-8]"), (16,)),
)
# Providers that give an address to any person; an office's own there goes under `allow_personal`.
_FREE_MAIL = frozenset(
    (
        *("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "188.com", "sina.com", "sina.cn"),
        *("sina.com.cn", "sohu.com", "139.com", "189.cn", "wo.cn", "aliyun.com", "21cn.com", "21cn.net"),
        *("tom.com", "263.net", "263.net.cn", "netease.com", "vip.com", "88.com", "111.com"),
        *("gmail.com", "googlemail.com", "icloud.com", "me.com", "mac.com", "aol.com", "ymail.com"),
        *("proton.me", "protonmail.com", "pm.me", "zoho.com", "mail.com", "mail.ru", "inbox.ru"),
        *("bk.ru", "list.ru", "ya.ru", "naver.com", "hanmail.net", "daum.net", "tutanota.com", "tuta.io"),
        *("fastmail.com", "web.de", "free.fr", "orange.fr", "laposte.net", "libero.it", "rediffmail.com"),
    )
)
_FREE_MAIL_ANYWHERE = re.compile(r"(?:yahoo|hotmail|outlook|live|msn|gmx|yandex)\.(?:com?\.)?[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Sighting:
    """Personal data in a text, from code point `start` up to `end`."""

    kind: Kind
    start: int
    end: int


def perhaps(document: str) -> bool:
    """Tell whether the text of a file may hold personal data: one pass at the speed of memory.

    Figures are counted across blanks, hyphens and line ends, as YAML would join them; escapes hide anything.
    """
    if "@" in document or "＠" in document:
        return True
    if "\\" in document and any(escape in document for escape in ("\\x", "\\u", "\\U")):
        return True
    kinds = document.encode("utf-8", "replace").translate(_KINDS, b" -\r\n\t")
    return b"0" * 11 in kinds or b"EB0" * 4 in kinds


def suspect(text: str) -> bool:
    """Tell whether a text needs looking at: it holds a long figure or an at sign."""
    return _SUSPECT.search(text) is not None


def sightings(text: str) -> list[Sighting]:
    """Return the personal data in a text, in order; what lies inside something longer is not told again."""
    if not suspect(text):
        return []
    plain = text.translate(_WIDE)
    kept: list[Sighting] = []
    taken = bytearray(len(plain))
    for found in _found(plain):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            kept.append(found)
    return sorted(kept, key=lambda found: found.start)


def _found(plain: str) -> Iterator[Sighting]:
    addresses = bytearray(len(plain))
    for match in _ADDRESS.finditer(plain):
        addresses[match.start() : match.end()] = b"\1" * len(match[0])
    for match in _RESIDENT_ID.finditer(plain):
        if _is_resident_id(_figures(match[0])):
            yield Sighting("resident_id", *match.span())
    for match in _CARD.finditer(plain):
        # The number of an article in its address is as long as a card's, and one in ten passes its check.
        if not addresses[match.start()] and _is_card(_figures(match[0])):
            yield Sighting("bank_card", *match.span())
    for match in _MOBILE.finditer(plain):
        own = match.start() == 0 or plain[match.start() - 1] in "=:"
        if (own or not addresses[match.start()]) and _is_mobile(_figures(match[1])):
            yield Sighting("mobile", *match.span())
    for match in _MAIL.finditer(plain):
        if _is_free_mail(match[1].lower()):
            yield Sighting("private_mail", *match.span())


def _figures(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _is_resident_id(number: str) -> bool:
    """Place, day of birth and check digit. Source: GB 11643-1999; ISO/IEC 7064, MOD 11-2."""
    from stdnum.cn import ric  # loaded where a text needs it: most ledgers never do

    return bool(ric.is_valid(number))


def _is_card(number: str) -> bool:
    """Issuer, length and check digit. Source: ISO/IEC 7812-1, annex B (Luhn)."""
    from stdnum import luhn
    from stdnum.cn import uscc

    issued = any(prefix.match(number) and len(number) in lengths for prefix, lengths in _ISSUERS)
    return issued and bool(luhn.is_valid(number)) and not uscc.is_valid(number)


def _is_mobile(number: str) -> bool:
    """A number of the ranges given to mobile networks. Source: MIIT's numbering plan, by libphonenumber."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE)


def _is_free_mail(domain: str) -> bool:
    parts = domain.split(".")
    above = (".".join(parts[n:]) for n in range(len(parts) - 1))
    return any(name in _FREE_MAIL or _FREE_MAIL_ANYWHERE.fullmatch(name) for name in above)


def mask(text: str) -> str:
    """Return a text of the same length with its personal data made unreadable, but for what tells it apart.

    Of a number the first two and the last two characters stay, of an address its domain.
    """
    if not suspect(text):
        return text
    return _masked(text)


# A line with a thousand findings is looked through once.
@lru_cache(maxsize=8)
def _masked(text: str) -> str:
    pieces, done = [], 0
    for found in sightings(text):
        piece = text[found.start : found.end]
        if found.kind == "private_mail":
            at = max(piece.find("@"), piece.find("＠"))
            hidden = "*" * at + piece[at:]
        else:
            inner = "".join("*" if c.isalnum() else c for c in piece[2:-2])
            hidden = piece[:2] + inner + piece[-2:]
        pieces += [text[done : found.start], hidden]
        done = found.end
    return "".join([*pieces, text[done:]])
