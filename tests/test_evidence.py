"""Evidence: what a file holds against its name, what runs, and pictures without what a camera adds."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from rectification.catalogue import read_catalogue
from rectification.ledger import content_hash, pdf, publish_evidence
from rectification.ledger.contents import disguise, is_active
from rectification.ledger.evidence import inspect
from rectification.ledger.office import authors
from rectification.ledger.pictures import UnreadableError, is_picture, strip

from .conftest import Examine

CANARY = b"Canary-Maker"
GPS = {1: "N", 2: (26.0, 4.0, 30.0), 3: "E", 4: (119.0, 18.0, 7.0)}
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a b="Canary-Maker"/></x:xmpmeta>'


def exif(turn: int = 1) -> Image.Exif:
    """What a phone writes: maker, model, time, place, owner; and how the picture is to be turned."""
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0132] = CANARY.decode(), "Canary-Maker M", "2026:03:01 10:00:00"
    made[0x013B], made[0x0112] = "Canary-Maker Owner", turn
    made.get_ifd(0x8825).update(GPS)
    made.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0Canary-Maker comment"
    return made


def picture(size: tuple[int, int] = (40, 30)) -> Image.Image:
    """A picture whose pixels all differ, so that a change of any of them shows."""
    made = Image.new("RGB", size)
    made.putdata([(x * 5 % 256, y * 7 % 256, x * y % 256) for y in range(size[1]) for x in range(size[0])])
    return made


def jpeg(turn: int = 1, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, "JPEG", exif=exif(turn), xmp=XMP, comment=CANARY, icc_profile=b"p" * 200, **options)
    data = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x14\x1c\x02\x50\0\x0c" + CANARY
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:]


def png(turn: int = 1) -> bytes:
    out = io.BytesIO()
    said = PngInfo()
    said.add_text("Author", CANARY.decode())
    said.add_text("Comment", CANARY.decode(), zip=True)
    said.add_itxt("XML:com.adobe.xmp", XMP.decode())
    picture().save(out, "PNG", pnginfo=said, exif=exif(turn), icc_profile=b"p" * 200, dpi=(300, 300))
    data = out.getvalue()
    made = b"tIME" + bytes([7, 234, 3, 1, 10, 0, 0])
    return data[:33] + struct.pack(">I", 7) + made + struct.pack(">I", zlib.crc32(made)) + data[33:]


def webp(turn: int = 1, *, lossless: bool = False) -> bytes:
    out = io.BytesIO()
    picture().save(out, "WEBP", exif=exif(turn), xmp=XMP, icc_profile=b"p" * 201, lossless=lossless)
    return out.getvalue()


def tiff(turn: int = 1, *, pages: int = 1, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    info = exif(turn)
    for tag in (269, 270, 271, 272, 305, 315, 316):
        info[tag] = "Canary-Maker and more"
    info[700], info[33723] = XMP, CANARY * 2
    more = {"save_all": True, "append_images": [picture((20, 20))] * (pages - 1)} if pages > 1 else {}
    made = picture() if mode == "RGB" else picture().convert("L").convert("I").convert(mode)
    made.save(out, "TIFF", exif=info, **more)
    return out.getvalue()


def animated() -> bytes:
    out = io.BytesIO()
    picture().save(
        out, "WEBP", save_all=True, append_images=[Image.new("RGB", (40, 30))], exif=exif(), xmp=XMP
    )
    return out.getvalue()


PICTURES = {
    "JPEG": jpeg(),
    "JPEG, progressive": jpeg(progressive=True),
    "JPEG, turned": jpeg(6),
    "JPEG with a film behind it": jpeg() + b"\0\0\0\x18ftypmp42" + CANARY,
    "JPEG with a second picture behind it": jpeg() + jpeg(),
    "PNG": png(),
    "PNG, turned": png(8),
    "PNG with a film behind it": png() + CANARY,
    "WebP": webp(),
    "WebP, lossless": webp(lossless=True),
    "WebP, turned": webp(3),
    "WebP with something behind it": webp() + CANARY,
    "WebP that moves": animated(),
    "TIFF": tiff(),
    "TIFF, turned": tiff(6),
    "TIFF of two pages": tiff(pages=2),
    "TIFF, most significant byte first": tiff(mode="I;16B"),
}


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as opened:
        frames = []
        for n in range(getattr(opened, "n_frames", 1)):
            opened.seek(n)
            frames.append(opened.convert("RGB").tobytes())
        return frames


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES.keys())
def test_nothing_but_pixels_colours_and_turn_is_left(data: bytes) -> None:
    assert CANARY in data and is_picture(data[:100])
    copy = strip(data)
    assert CANARY not in copy and b"2026:03:01" not in copy and b"xmpmeta" not in copy
    assert pixels(copy) == pixels(data)
    assert strip(copy) == copy == strip(data)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(copy)) as after:
        if before.format != "TIFF":  # Pillow turns it as it loads it
            after.load()
        turn = before.getexif().get(0x0112, 1)
        if before.format != "TIFF":  # there they are the picture's own directory
            assert dict(after.getexif()) == ({0x0112: turn} if turn != 1 else {})
        assert after.getexif().get(0x0112, 1) == turn
        assert not after.getexif().get_ifd(0x8825) and not after.getexif().get_ifd(0x8769)
        assert after.info.get("icc_profile") == before.info.get("icc_profile")
        assert not {"comment", "xmp", "photoshop", "Author", "Comment"} & after.info.keys()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_without_metadata_stays_byte_for_byte(form: str) -> None:
    out = io.BytesIO()
    picture().save(out, form)
    assert strip(out.getvalue()) == out.getvalue()


def test_a_preview_in_a_picture_is_taken_out() -> None:
    plain = io.BytesIO()
    picture().save(plain, "JPEG")
    data = plain.getvalue()
    preview = b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x01" + b"pixels" + b"JFXX"
    data = data[:2] + b"\xff\xe0" + struct.pack(">H", len(preview) + 2) + preview + data[20:]
    assert b"pixels" not in strip(data)
    assert pixels(strip(data)) == pixels(plain.getvalue())


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES.keys())
def test_a_picture_cut_short_raises_or_is_cleaned(data: bytes) -> None:
    for end in range(0, len(data), 37):
        try:
            copy = strip(data[:end])
        except UnreadableError:
            continue
        assert CANARY not in copy


@given(st.sampled_from([jpeg(), png(), webp(), tiff()]), st.data())
def test_no_broken_picture_raises_anything_else(data: bytes, draw: st.DataObject) -> None:
    broken = bytearray(data)
    for place, value in draw.draw(
        st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=12)
    ):
        broken[place % len(broken)] = value
    with suppress(UnreadableError):
        strip(bytes(broken))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP"])
def test_not_a_byte_of_what_is_behind_a_picture_is_kept(name: str) -> None:
    assert strip(PICTURES[name] + CANARY) == strip(PICTURES[name])


def chunk(kind: bytes, content: bytes = b"1234") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_what_a_png_is_drawn_with_is_kept_and_nothing_else() -> None:
    drawn = b"PLTE tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
    start, end = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR"), chunk(b"IDAT") + chunk(b"IEND", b"")
    kept = b"".join(map(chunk, drawn))
    assert strip(start + kept + end) == start + kept + end
    said = b"".join(map(chunk, (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"prVt")))
    assert strip(start + said + kept + end) == start + kept + end


@pytest.mark.parametrize(
    ("marker", "payload", "kept"),
    [(0xE2, b"ICC_PROFILE\0\1\1p", True), (0xE2, b"MPF\0x", False), (0xED, b"ICC_PROFILE\0\1\1p", False),
     (0xEE, b"Adobe\0d\0\0\0\0\1", True), (0xEE, b"x", False), (0xEF, b"x", False), (0xFE, b"x", False)],
)  # fmt: skip
def test_of_a_jpeg_only_its_colours_are_kept(marker: int, payload: bytes, kept: bool) -> None:
    data = strip(jpeg())
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload
    assert strip(data[:2] + segment + data[2:]) == data[:2] + (segment if kept else b"") + data[2:]


def test_the_last_part_of_a_webp_is_kept_however_small() -> None:
    parts = ((b"VP8 ", b"1234"), (b"XMP ", b"12"), (b"ALPH", b"12"))
    data, wanted = (
        b"WEBP" + b"".join(kind + struct.pack("<I", len(content)) + content for kind, content in listed)
        for listed in (parts, (parts[0], parts[2]))
    )
    assert (
        strip(b"RIFF" + struct.pack("<I", len(data)) + data)
        == b"RIFF" + struct.pack("<I", len(wanted)) + wanted
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_directory_in_a_tiff_is_taken_out_with_all_it_points_at(order: str) -> None:
    def directory(*entries: tuple[int, int, int, int]) -> bytes:
        listed = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
        return struct.pack(f"{order}H", len(entries)) + listed + struct.pack(f"{order}I", 0)

    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    inner_at = 8 + 2 + 12 * 3 + 4
    outer = directory((256, 4, 1, 1), (34665, 4, 1, inner_at), (257, 4, 1, 1))
    said = inner_at + 2 + 12 * 3 + 4
    inner = directory((37500, 7, 12, said), (37510, 7, 12, said + 12), (36867, 2, 12, said + 24))
    copy = strip(head + outer + inner + CANARY * 3 + b"pixels")
    left = directory((256, 4, 1, 1), (257, 4, 1, 1)).ljust(len(outer), b"\0")
    assert copy == head + left + bytes(len(inner) + 36) + b"pixels"


def test_both_orders_of_bytes_are_tried() -> None:
    assert {PICTURES[name][:2] for name in PICTURES if name.startswith("TIFF")} == {b"II", b"MM"}


def test_a_tiff_whose_directories_form_a_circle_ends() -> None:
    data = bytearray(tiff())
    order = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, place)
    struct.pack_into(f"{order}I", data, place + 2 + 12 * count, place)
    assert CANARY not in strip(bytes(data))


# -- what a file is -------------------------------------------------------------------------------------


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def saved(form: str) -> bytes:
    out = io.BytesIO()
    picture().save(out, form)
    return out.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 50
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 90
HTML = b"<!DOCTYPE html><html><body><script>1</script></body></html>"
AGREE = [
    *(("x.jpg", saved("JPEG")), ("x.JPEG", saved("JPEG")), ("x.png", saved("PNG")), ("x.gif", saved("GIF"))),
    *(("x.webp", saved("WEBP")), ("x.tif", saved("TIFF")), ("x.bmp", saved("BMP")), ("x.heic", HEIC)),
    *(("x.pdf", PDF), ("x.docx", packed("word/document.xml")), ("x.xlsx", packed("xl/workbook.xml"))),
    *(("x.ofd", packed("OFD.xml")), ("x.zip", packed("a.txt")), ("x.doc", OLE), ("x.xls", OLE), ("x.wps", OLE)),
    *(("x.et", packed("a")), ("x.mp4", MP4), ("x.mov", MP4), ("x.mp3", b"ID3\3\0\0\0\0\0\0" + b"\0" * 99)),
    *(("x.txt", "走访".encode()), ("x.csv", b"a,b\n"), ("x.csv", "单位\n".encode("gbk")), ("x.csv", b"")),
    *(("x.csv", b"BM,count\n"), ("x.csv", b"MZ,3\n"), ("x.csv", b"ID3 count,2\n"), ("x.txt", b"From: a\n\nb\n")),
    *(("x.csv", "单位,数\n".encode("utf-16")), ("x.md", b"# x\n"), ("x.json", b'{"a": 1}')),
    *(("x.xml", b"<?xml version='1.0'?><a/>"), ("x.amr", b"#!AMR\n\x3c"), ("x", b"notes\n"), ("x.dat", b"\0\1\2")),
]  # fmt: skip
DISAGREE = [
    ("x.pdf", HTML, "html"),
    ("x.jpg", saved("PNG"), "png"),
    ("x.png", PDF, "pdf"),
    ("x.jpg", b"", "unknown"),
    ("x.pdf", b"notes\n", "unknown"),
    ("x.docx", PDF, "pdf"),
    ("x.xls", HTML, "html"),
    ("x.txt", PDF, "pdf"),
    ("x.csv", saved("JPEG"), "binary"),
    ("x.txt", HTML, "html"),
    ("x.dat", PDF, "pdf"),
    ("x", HTML, "html"),
]


@pytest.mark.parametrize(("name", "data"), AGREE)
def test_a_file_that_is_what_it_is_called(name: str, data: bytes) -> None:
    assert disguise(name, data) == ""


@pytest.mark.parametrize(("name", "data", "content"), DISAGREE)
def test_a_file_that_is_not(name: str, data: bytes, content: str) -> None:
    assert disguise(name, data) == content


# Each kind that has a signature: what is taken for it, under all of its endings, and nothing else.
KINDS = {
    "jpg jpeg jpe jfif": (saved("JPEG"),),
    "tif tiff": (saved("TIFF"),),
    "heic heif hif avif": (HEIC,),
    "png": (saved("PNG"),),
    "gif": (saved("GIF"),),
    "webp": (saved("WEBP"),),
    "bmp": (saved("BMP"),),
    "pdf": (PDF,),
    "rar": (b"Rar!\x1a\x07\0" + b"\0" * 50,),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50,),
    "psd": (b"8BPS\0\1" + b"\0" * 50,),
    "docx xlsx pptx odt ods odp ofd zip epub": (packed("a"), packed("word/document.xml")),
    "doc xls ppt vsd wps et dps": (OLE, packed("word/document.xml"), b"{\\rtf1 x}"),
}


@pytest.mark.parametrize("endings", KINDS)
def test_a_kind_with_a_signature_is_held_to_it(endings: str) -> None:
    for ending in endings.split():
        assert [disguise(f"x.{ending}", data) for data in KINDS[endings]] == [""] * len(KINDS[endings])
        assert disguise(f"x.{ending}", HTML) == "html"
        assert disguise(f"x.{ending}", b"notes\n") == "unknown"


@pytest.mark.parametrize(
    "ending",
    ["txt", "csv", "tsv", "md", "json", "log", "yml", "yaml", "xml", "ics", "vcf", "eml", "rtf"],
)
def test_text_is_held_to_be_text(ending: str) -> None:
    assert disguise(f"x.{ending}", b"a\0b") == "binary"
    assert disguise(f"x.{ending}", b"{\\rtf1 x}") == ""


RUN = """
    php php3 php4 php5 phtml phar asp aspx jsp jspx cgi shtml stm html htm xhtml xht mht mhtml svg svgz xsl xslt swf
    hta htc js mjs cjs jse wasm vbs vbe wsf wsh sct ps1 psm1 bat cmd exe com scr msi dll cpl jar class apk app dmg deb
    rpm sh bash py pl rb lnk url reg desktop chm iso docm dotm xlsm xltm xlam xlsb pptm ppsm potm
"""


@pytest.mark.parametrize(
    "name", ["x.HTM", "x.php.jpg", "x.phtml.csv", "a.b.aspx", *(f"x.{ending}" for ending in RUN.split())]
)
def test_what_runs_by_its_name(name: str) -> None:
    assert is_active(name, b"")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'


@pytest.mark.parametrize(
    "data",
    [SVG.encode(), SVG.encode("utf-16"), b"<a><h:SCRIPT xmlns:h='x'/></a>", b"<?xml-stylesheet href='x.xsl'?><a/>",
     b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", b"<s:svg xmlns:s='http://www.w3.org/2000/sv&#103;' onload='x()'/>",
     b" " * 9_000 + SVG.encode()],
)  # fmt: skip
def test_xml_with_scripts_runs(data: bytes) -> None:
    assert is_active("x.xml", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.xml", b"<?xml version='1.0'?><a b='c'>d</a>"), ("x.pdf", PDF), ("a.js.pdf", PDF), ("x.json", b"{}"),
     ("www.example.com.pdf", PDF), ("x", b""), ("x.csv", b"<script>")],
)  # fmt: skip
def test_what_does_not_run(name: str, data: bytes) -> None:
    assert not is_active(name, data)


# -- looked at and published ----------------------------------------------------------------------------


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / "checklists/evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_hash_shown_is_that_of_the_copy(tmp_path: Path) -> None:
    data = jpeg(6)
    put(tmp_path, "x.jpg", data)
    file = inspect(tmp_path / "checklists", "evidence/x.jpg")
    assert file.cleaned and file.source_size == len(data)
    assert file.source_sha256 == hashlib.sha256(data).hexdigest()
    assert publish_evidence(file, tmp_path / "copy.jpg")
    copy = (tmp_path / "copy.jpg").read_bytes()
    assert (file.size, file.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert CANARY not in copy


def test_any_other_file_is_published_as_it_is(tmp_path: Path) -> None:
    data = b"x" * 3_000_000
    put(tmp_path, "x.csv", data)
    file = inspect(tmp_path / "checklists", "evidence/x.csv")
    assert not file.cleaned and file.sha256 == file.source_sha256 == hashlib.sha256(data).hexdigest()
    assert publish_evidence(file, tmp_path / "copy") and (tmp_path / "copy").read_bytes() == data


@pytest.mark.parametrize("name", ["x.csv", "x.png"])
def test_a_file_changed_meanwhile_is_told(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, png() if name == "x.png" else b"1")
    file = inspect(tmp_path / "checklists", f"evidence/{name}")
    path.write_bytes(saved("PNG") if name == "x.png" else b"2")
    assert not publish_evidence(file, tmp_path / "copy")
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(OSError):
        publish_evidence(file, tmp_path / "copy")


ITEM = """\
checklist: {{id: A, title: 甲}}
items:
  - {{id: A-1, title: x, problem: y, unit: z, found: 2026-03-01, due: 2026-12-31, actions: [{{text: x, evidence: [evidence/{}]}}]}}
"""


def test_the_fingerprint_of_an_acceptance_is_of_the_file_itself(tmp_path: Path, examined: Examine) -> None:
    prints = []
    for data in (png(), png(8), saved("PNG")):
        put(tmp_path, "x.png", data)
        ledger = examined({"a.yml": ITEM.format("x.png")}).ledger
        prints.append(content_hash(ledger.records[0].item, ledger.evidence))
    assert len(set(prints)) == 3  # though the copies of the first and the last are the same
    clean = strip(png())
    assert clean != png()


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.heic", HEIC), ("x.jpg", b"\xff\xd8\xff\xe1\xff\xff"), ("x.png", png()[:60]), ("x.tif", b"II+\0" + b"\0" * 99)],
)  # fmt: skip
def test_what_cannot_be_cleaned_is_an_error(
    tmp_path: Path, examined: Examine, name: str, data: bytes
) -> None:
    put(tmp_path, name, data)
    found = examined({"a.yml": ITEM.format(name)}).diagnostics
    assert "L505" in {d.code for d in found if d.severity == "error"}


def test_the_size_is_a_site_s_to_choose(tmp_path: Path, examined: Examine) -> None:
    put(tmp_path, "x.csv", b"x" * 1_500_000)
    texts = {"a.yml": ITEM.format("x.csv")}
    assert examined(texts).diagnostics == ()
    (found,) = examined(texts, thresholds={"L503": {"megabytes": 1}}).diagnostics
    assert (found.code, found.facts["size"], found.facts["limit"]) == ("L503", "1.5", "1")


# -- who wrote an office file --------------------------------------------------------------------------


def paper(author: str = "", changed: str = "") -> bytes:
    made = docx.Document()
    made.core_properties.author, made.core_properties.last_modified_by = author, changed
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def workbook(author: str = "") -> bytes:
    made = openpyxl.Workbook()
    made.properties.creator = author
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def office(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
META = '<o:document-meta xmlns:o="o" xmlns:dc="dc"><o:meta>{}</o:meta></o:document-meta>'
SIGNED: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "a text": ("x.docx", paper("张三", "李四"), ("author", "last_author")),
    "a table": ("x.xlsx", workbook("张三"), ("author",)),
    "an open text": ("x.odt", office(**{"meta.xml": META.format("<dc:creator>张三</dc:creator>")}), ("last_author",)),
    "a firm": ("x.pptx", office(**{"docProps/app.xml": "<Properties><Company>甲公司</Company></Properties>"}), ("company",)),
    "a comment": ("x.docx", office(**{"word/comments.xml": f'<w:comments {W}><w:comment w:author="张三"/></w:comments>'}), ("comments",)),
    "a revision": ("x.docx", office(**{"word/document.xml": f'<w:p {W}><w:ins w:author="张三"/></w:p>'}), ("revisions",)),
    "a taken out one": ("x.docx", office(**{"word/document.xml": f'<w:p {W}><w:del w:author="张三"/></w:p>'}), ("revisions",)),
    "a manager": ("x.pptx", office(**{"docProps/app.xml": "<Properties><Manager>张三</Manager></Properties>"}), ("manager",)),
    "a table's comment": ("x.xlsx", office(**{"xl/persons/person.xml": '<personList><person displayName="张三"/></personList>'}), ("comments",)),
    "a slide's comment": ("x.pptx", office(**{"ppt/commentAuthors.xml": '<cmAuthorLst><cmAuthor name="张三"/></cmAuthorLst>'}), ("comments",)),
    "a slide's comment, newer": ("x.pptx", office(**{"ppt/authors.xml": '<authorLst><author name="张三"/></authorLst>'}), ("comments",)),
    "begun by": ("x.ods", office(**{"meta.xml": META.format("<o:initial-creator>张三</o:initial-creator>")}), ("author",)),
    "printed by": ("x.odp", office(**{"meta.xml": META.format("<o:printed-by>张三</o:printed-by>")}), ("last_author",)),
    "nobody": ("x.docx", paper(), ()),
    "blanks": ("x.odt", office(**{"meta.xml": META.format("<dc:creator> </dc:creator>")}), ()),
    "no archive": ("x.docx", b"PK\x03\x04 and no more", ()),
    "broken XML": ("x.xlsx", office(**{"docProps/core.xml": "<a><creator>x"}), ()),
    "an entity": ("x.odt", office(**{"meta.xml": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><creator>&e;</creator></a>'}), ()),
    "a part too large": ("x.odt", office(**{"meta.xml": "<a><creator>x</creator>" + " " * 20_000_001 + "</a>"}), ()),
}  # fmt: skip


@pytest.mark.parametrize("case", SIGNED)
def test_who_wrote_an_office_file_is_seen(tmp_path: Path, case: str) -> None:
    name, data, wanted = SIGNED[case]
    path = put(tmp_path, name, data)
    assert authors(path) == wanted


@pytest.mark.parametrize(
    "ending",
    ["DOCX", "docx", "xlsx", "pptx", "dotx", "xltx", "potx", "ppsx", "odt", "ods", "odp", "ott", "ots"],
)
def test_every_kind_of_office_file_is_looked_into(tmp_path: Path, ending: str) -> None:
    put(tmp_path, f"x.{ending}", paper("张三"))
    assert inspect(tmp_path / "checklists", f"evidence/x.{ending}").authors == ("author",)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "x.csv", b"a")

    def broken(*_: object) -> int:
        raise OSError("a disk at its end")

    monkeypatch.setattr("rectification.ledger.evidence.os.open", broken)
    found = inspect(tmp_path / "checklists", "evidence/x.csv")
    assert (found.reference, found.path, found.fault) == ("evidence/x.csv", path, "unreadable")


def test_a_public_site_is_warned_of_names_in_office_files(tmp_path: Path, examined: Examine) -> None:
    put(tmp_path, "x.docx", paper("张三"))
    texts = {"a.yml": ITEM.format("x.docx")}
    (found,) = examined(texts).diagnostics
    assert (found.code, found.severity, found.line) == ("L507", "warning", 3)
    said = found.message(read_catalogue("zh"))
    assert "作者" in said and "张三" not in said
    assert examined(texts, audience="internal").diagnostics == ()
    hidden = texts["a.yml"].replace("evidence: [", "internal_evidence: [")
    assert examined({"a.yml": hidden}).diagnostics == ()


def info(said: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Creator (Writer) /Producer (x) " + said + b" >>\nendobj\n%%EOF\n"


XMP = b"<rdf:Description><dc:title>x</dc:title>%s</rdf:Description>"


def packed(kind: bytes, content: bytes) -> bytes:
    """Return an object of a PDF whose content is compressed."""
    made = zlib.compress(content)
    head = b"7 0 obj\n<</Type %s /Filter /FlateDecode /DecodeParms <</Columns 4>> /Length %d>>" % (
        kind,
        len(made),
    )
    return head + b"\nstream\r\n" + made + b"\nendstream\nendobj\n"


PDFS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "plain": (info(b"/Author (Zhang San)"), ("author",)),
    "UTF-16": (info(b"/Author(" + "张三".encode("utf-16") + b")"), ("author",)),
    "hexadecimal": (info(b"/Author <FEFF5F204E09>"), ("author",)),
    "elsewhere": (info(b"/Author 7 0 R"), ("author",)),
    "a firm": (info(b"/Company (X) /Manager (Y)"), ("manager", "company")),
    "XML": (info(b"") + XMP % b"<dc:creator>\n<rdf:Seq>\n<rdf:li>Zhang San</rdf:li></rdf:Seq></dc:creator>", ("author",)),
    "nobody": (info(b"/Author () /Title (Author)"), ()),
    "nobody in UTF-16": (info(b"/Author (\xfe\xff)/Company <FEFF> /Manager <>"), ()),
    "nobody in XML": (info(b"") + XMP % b"<dc:creator><rdf:Seq><rdf:li/></rdf:Seq></dc:creator>", ()),
    "nobody in XML either": (info(b"") + XMP % b"<dc:creator><rdf:Seq> <rdf:li> </rdf:li></rdf:Seq></dc:creator>", ()),
    "a dictionary": (info(b"/Author << /X 1 >>"), ()),
    "packed": (info(b"") + packed(b"/ObjStm /N 2 /First 8", b"1 0 2 9 <</A 1>> <</Author (Zhang San)>>"), ("author",)),
    "packed XML": (info(b"") + packed(b"/Metadata", XMP % b"<pdfx:Company>X</pdfx:Company>"), ("company",)),
    "packed pages": (info(b"") + packed(b"/XObject", b"/Author (Zhang San)"), ()),
    "broken": (info(b"") + packed(b"/ObjStm", b"/Author (Zhang San)").replace(b"x\x9c", b"\0\0"), ()),
    "the second one": (info(b"") + packed(b"/ObjStm", b"1") + packed(b"/ObjStm", b"/Author (X)"), ("author",)),
}  # fmt: skip


@pytest.mark.parametrize("case", PDFS)
def test_who_wrote_a_pdf_is_seen(tmp_path: Path, case: str) -> None:
    data, wanted = PDFS[case]
    assert pdf.authors(put(tmp_path, "x.PDF", data)) == wanted


def test_a_pdf_that_unpacks_to_too_much(tmp_path: Path) -> None:
    """It is looked into up to a limit, and not for long."""
    bomb = packed(b"/ObjStm", bytes(50_000_000))
    begun = time.process_time()
    assert pdf.authors(put(tmp_path, "x.pdf", info(b"") + bomb * 400)) == ()
    assert time.process_time() - begun < 5


def test_a_public_site_is_warned_of_names_in_pdf(tmp_path: Path, examined: Examine) -> None:
    put(tmp_path, "x.pdf", info(b"/Author (Zhang San)"))
    (found,) = examined({"a.yml": ITEM.format("x.pdf")}).diagnostics
    assert (found.code, found.severity) == ("L507", "warning")
    put(tmp_path, "x.pdf", info(b""))
    assert examined({"a.yml": ITEM.format("x.pdf")}).diagnostics == ()
