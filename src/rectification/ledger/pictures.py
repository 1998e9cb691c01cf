"""Pictures without what a camera writes beside the pixels: place, time, device, names, previews.

Pixels are never decoded: parts of the file are left out, and what stays, stays byte for byte, so that the
same picture always gives the same bytes. How a picture is to be turned stays, and its colour profile.

Own readers, for no library does it: Pillow compresses anew, piexif (JPEG and WebP only) is unmaintained since
2019, pyexiv2 does it all but is a GPL binary for few machines, mat2 calls programs that may not be there.
Source: JPEG (ITU-T T.81, annex B), Exif 2.32, PNG 3rd edition, WebP container (RFC 9649), TIFF 6.0.
"""

from __future__ import annotations

import re
import struct
import zlib

# Without `ftyp` brands and raw formats: those hold metadata too, in ways not worth a reader of our own.
UNCLEANED = frozenset(
    (
        *("heic", "heif", "hif", "avif", "jp2", "j2k", "jpx", "jxl", "psd"),
        *("dng", "cr2", "cr3", "nef", "arw", "raf", "rw2", "orf"),
    )
)
_BRANDS = re.compile(rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|avi[fs])", re.DOTALL)

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD"),
        *(b"hIST", b"pHYs", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"),
    )
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends the pixels of a scan
_ORIENTATION = 0x0112
# TIFF: description, maker, model, software, date, author, computer, rights; XMP, IPTC, Photoshop, Exif, GPS …
_TIFF_DROPPED = frozenset(
    (
        *(269, 270, 271, 272, 285, 305, 306, 315, 316, 700, 33432, 33723, 34377, 34665, 34853, 37500),
        *(37510, 37724, 40091, 40092, 40093, 40094, 40095, 40965, 42016, 42032, 42033, 42112),
    )
)
_TIFF_NESTED = frozenset((34665, 34853, 40965))
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


class UnreadableError(ValueError):
    """A picture that is broken, or of a kind whose metadata cannot be taken out."""


def is_picture(head: bytes) -> bool:
    """Tell whether a file that begins like this is a picture that can hold metadata."""
    return (
        head.startswith((b"\xff\xd8\xff", _PNG, b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or _BRANDS.match(head) is not None
    )


def strip(data: bytes) -> bytes:
    """Return a picture without its metadata; the same bytes where it has none. Raises UnreadableError."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _strip_jpeg(data)
        if data.startswith(_PNG):
            return _strip_png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _strip_webp(data)
        if data[:4] in (b"II*\0", b"MM\0*"):
            return _strip_tiff(data)
    except (struct.error, IndexError) as error:
        raise UnreadableError("cut short") from error
    raise UnreadableError("no kind of picture that can be cleaned")


def _strip_jpeg(data: bytes) -> bytes:
    pieces = [data[:2]]
    place = 2
    while True:
        if data[place] != 0xFF:
            raise UnreadableError("no marker where one belongs")
        while data[place + 1] == 0xFF:
            place += 1
        marker = data[place + 1]
        if marker == 0xD9:  # the end: what follows is a second picture, or a film
            pieces.append(data[place : place + 2])
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            pieces.append(data[place : place + 2])
            place += 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place : place + 2 + length]
        if length < 2 or len(segment) != length + 2:
            raise UnreadableError("a segment longer than the file")
        pieces.append(_jpeg_segment(marker, segment))
        place += 2 + length
        if marker == 0xDA:
            found = _JPEG_MARKER.search(data, place)
            end = found.start() if found is not None else len(data)
            pieces.append(data[place:end])
            place = end
            if found is None:  # a picture cut short, as browsers show it
                break
    return b"".join(pieces)


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """Return what stays of a segment: all of it, nothing, or how the picture is to be turned."""
    payload = segment[4:]
    if marker == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return b"\xff\xe0\x00\x10" + payload[:12] + b"\0\0"  # without its thumbnail
    if marker == 0xE1 and payload.startswith(b"Exif\0\0"):
        turned = _turned(payload[6:])
        return b"\xff\xe1" + struct.pack(">H", len(turned) + 8) + b"Exif\0\0" + turned if turned else b""
    profile = marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0")
    colours = marker == 0xEE and payload.startswith(b"Adobe")
    dropped = 0xE0 <= marker <= 0xEF or marker == 0xFE
    return segment if profile or colours or not dropped else b""


def _strip_png(data: bytes) -> bytes:
    pieces = [_PNG]
    place = len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, place)
        kind = data[place + 4 : place + 8]
        chunk = data[place : place + 12 + length]
        if len(chunk) != 12 + length:
            raise UnreadableError("a chunk longer than the file")
        if kind in _PNG_KEPT:
            pieces.append(chunk)
        elif kind == b"eXIf" and (turned := _turned(chunk[8:-4])):
            crc = zlib.crc32(kind + turned)
            pieces.append(struct.pack(">I", len(turned)) + kind + turned + struct.pack(">I", crc))
        place += 12 + length
        if kind == b"IEND":
            return b"".join(pieces)


def _strip_webp(data: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    end = min(len(data), size + 8)
    chunks: list[tuple[bytes, bytes]] = []
    place = 12
    while place + 8 <= end:
        kind = data[place : place + 4]
        (length,) = struct.unpack_from("<I", data, place + 4)
        content = data[place + 8 : place + 8 + length]
        if len(content) != length:
            raise UnreadableError("a chunk longer than the file")
        if kind == b"EXIF":
            content = _turned(content.removeprefix(b"Exif\0\0"))
        if kind in _WEBP_KEPT or (kind == b"EXIF" and content):
            chunks.append((kind, content))
        place += 8 + length + length % 2
    turned = any(kind == b"EXIF" for kind, _ in chunks)
    body = b"WEBP"
    for kind, content in chunks:
        if kind == b"VP8X" and content:
            flags = content[0] & ~0x0C & 0xFF | (0x08 if turned else 0)  # neither Exif nor XMP
            content = bytes([flags]) + content[1:]
        body += kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _strip_tiff(data: bytes) -> bytes:
    """Take entries out of the directories where they stand, and blank what they point at: no pixel moves."""
    order = "<" if data[:2] == b"II" else ">"
    cleaned = bytearray(data)
    seen: set[int] = set()
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    while place and place not in seen:
        seen.add(place)
        (count,) = struct.unpack_from(f"{order}H", data, place)
        kept = b""
        for n in range(count):
            entry = data[place + 2 + 12 * n : place + 14 + 12 * n]
            tag = struct.unpack_from(f"{order}H", entry)[0]
            if tag in _TIFF_DROPPED:
                _blank(cleaned, data, entry, order, seen)
            else:
                kept += entry
        (following,) = struct.unpack_from(f"{order}I", data, place + 2 + 12 * count)
        directory = struct.pack(f"{order}H", len(kept) // 12) + kept + struct.pack(f"{order}I", following)
        cleaned[place : place + 6 + 12 * count] = directory.ljust(6 + 12 * count, b"\0")
        place = following
    return bytes(cleaned)


def _blank(cleaned: bytearray, data: bytes, entry: bytes, order: str, seen: set[int]) -> None:
    """Write zeros over what an entry points at: its value, or a directory with all its values."""
    tag, kind, count, place = struct.unpack(f"{order}HHII", entry)
    if tag in _TIFF_NESTED:
        if place in seen or place + 2 > len(data):
            return
        seen.add(place)
        (entries,) = struct.unpack_from(f"{order}H", data, place)
        for n in range(entries):
            _blank(cleaned, data, data[place + 2 + 12 * n : place + 14 + 12 * n], order, seen)
        _zero(cleaned, place, 6 + 12 * entries)
        return
    size = _TIFF_SIZES.get(kind, 1) * count
    if size > 4:
        _zero(cleaned, place, size)


def _zero(cleaned: bytearray, place: int, size: int) -> None:
    end = min(place + size, len(cleaned))
    if 8 <= place < end:
        cleaned[place:end] = bytes(end - place)


def _turned(exif: bytes) -> bytes:
    """Return Exif data that says nothing but how the picture is turned; nothing where it is upright."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (place,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, place)
        entries = [struct.unpack_from(f"{order}HHIH", exif, place + 2 + 12 * n) for n in range(count)]
    except (KeyError, struct.error):
        return b""
    turn = next((value for tag, kind, _, value in entries if tag == _ORIENTATION and kind == 3), 1)
    if not 2 <= turn <= 8:
        return b""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
