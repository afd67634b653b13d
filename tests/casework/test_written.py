"""Texts of what was said, as they come in: read strictly, and nothing that is hostile does anything."""

import io
import random
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tweespoor.casework import written
from tweespoor.casework.transcribing import Line
from tweespoor.casework.writing_out import FORMS, Sheet, write
from tweespoor.errors import UnreadableError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
VTT = """WEBVTT - gesprek

NOTE gemaakt met een programma
over twee regels

STYLE
::cue { color: red }

1
00:00:01.500 --> 00:00:03.000 align:start
<v Anna>Goedemiddag, ik ben <i>Anna</i>.

00:04.000 --> 00:06.250
<v.hard Bram de Vries>Hallo &amp; welkom.
<v Anna>Zullen we &lt;beginnen&gt;?
"""


def docx(*paragraphs: str, raw: str = "", name: str = "word/document.xml", beside: int = 0) -> bytes:
    """Give a Word file, with a picture of so many bytes beside the text."""
    body = raw or "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>" if not raw.startswith("<?xml") else raw
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, document)
        archive.writestr("word/media/image1.png", b"\x89PNG" + random.Random(1).randbytes(beside))
    return out.getvalue()


def said(content: bytes) -> list[tuple[int, int, str, str]]:
    return [(one.begin_ms, one.end_ms, one.speaker, one.text) for one in written.read(content).lines]


def refusal(content: bytes) -> str | None:
    with pytest.raises(UnreadableError) as refused:
        written.read(content)
    return refused.value.code


def test_webvtt_with_voices_notes_styles_and_settings() -> None:
    assert written.read(VTT.encode()).form == "vtt"
    assert said(VTT.encode()) == [
        (1500, 3000, "Anna", "Goedemiddag, ik ben Anna."),
        (4000, 6250, "Bram de Vries", "Hallo & welkom."),
        (4000, 6250, "Anna", "Zullen we <beginnen>?"),
    ]


def test_subrip_is_text_with_times() -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,500\r\nBram: Hallo.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nJa.\r\n"
    assert said(text.encode()) == [(1000, 2500, "Bram", "Hallo."), (3000, 4000, "", "Ja.")]


def test_plain_text_goes_on_until_the_next_time() -> None:
    text = "Verslag\n[0:12] Anna: Goedemiddag.\nHoe gaat het?\n(1:02:03) Bram: Goed.\n1:02:09 - En nu?\n"
    assert said(text.encode()) == [
        (12_000, 3_723_000, "Anna", "Goedemiddag. Hoe gaat het?"),
        (3_723_000, 3_729_000, "Bram", "Goed."),
        (3_729_000, 3_734_000, "", "En nu?"),
    ]


def test_word_as_its_own_programs_write_it() -> None:
    content = docx("Transcriptie", "00:00:03 Spreker 1", "Goedemiddag.", "0:0:7.5 --&gt; 0:0:9.0", "Bram Jansen", "Ja.")
    assert written.read(content).form == "docx"
    assert said(content) == [
        (3000, 7500, "Spreker 1", "Goedemiddag."),
        (7500, 9000, "Bram Jansen", "Ja."),
    ]
    broken = docx(
        raw="<w:p><w:r><w:t>0:01 Anna: Een</w:t></w:r><w:r><w:tab/><w:t>twee</w:t><w:br/><w:t>drie</w:t></w:r></w:p>"
    )
    assert said(broken) == [(1000, 6000, "Anna", "Een twee drie")]


def test_html_in_a_text_is_text() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\n<script>alert(1)</script><img src=x onerror=y> <b>dik</b>\n"
    assert said(text.encode()) == [(0, 1000, "", "<script>alert(1)</script><img src=x onerror=y> dik")]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16", b""), ("cp1252", b"")]
)
def test_the_letters_of_several_programs_are_read(encoding: str, mark: bytes) -> None:
    assert said(mark + "0:01 Zoë: Eén café".encode(encoding)) == [(1000, 6000, "Zoë", "Eén café")]


def test_lines_that_overlap_are_two_people_at_once() -> None:
    text = "WEBVTT\n\n00:02.000 --> 00:05.000\nB\n\n00:01.000 --> 00:03.000\nA\n"
    assert [line[3] for line in said(text.encode())] == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * (written.LARGEST + 1), "6a.text-too-large"),
        (b"", "6a.text-empty"),
        (b"Een verslag zonder tijden.", "6a.text-empty"),
        (b"WEBVTT\n\n", "6a.text-empty"),
        (b"WEBVTT\n\n00:05.000 --> 00:01.000\nachteruit", "6a.text-times"),
        (b"WEBVTT\n\n00:05.000 --> nooit\nx", "6a.text-times"),
        (b"0:99 Anna: zo kan het niet", "6a.text-times"),
        (b"99:00:00 Anna: te laat", "6a.text-times"),
        (b"\x00\x01\x02\x03" * 20, "6a.text-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "6a.text-unreadable"),
        (b"PK\3\4" + bytes(50), "6a.text-unreadable"),
        (docx("0:01 x", name="word/anders.xml"), "6a.text-unreadable"),
        (docx(raw="<w:p><w:r><w:t>0:01 x"), "6a.text-unreadable"),
        (docx(raw="<w:p>" * 300 + "</w:p>" * 300), "6a.text-unreadable"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_no_entity_is_expanded() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    for declared in (laughs, '<!ENTITY a8 SYSTEM "file:///etc/hostname">'):
        document = (
            f'<?xml version="1.0"?><!DOCTYPE d [{declared}]><w:document {W}><w:body><w:p><w:r>'
            "<w:t>0:01 &a8;</w:t></w:r></w:p></w:body></w:document>"
        )
        assert refusal(docx(raw=document)) == "6a.text-unreadable"


def test_what_unpacks_to_more_than_a_text_is_not_unpacked() -> None:
    bomb = docx(raw="<w:p><w:r><w:t>" + "0:01 ha " * 2_000_000 + "</w:t></w:r></w:p>")
    assert len(bomb) < 100_000
    assert refusal(bomb) == "6a.text-too-large"
    lines = "\n".join(f"0:{n % 60:02d} x" for n in range(20_001))
    assert refusal(lines.encode()) == "6a.text-too-large"


@pytest.mark.parametrize("piece", [b"<v ", b"<v.", b"<c ", b"<v A", b"</c.x", b"<v  ", b"0:01 ", b"- ", b": "])
def test_what_never_ends_is_not_looked_for_again_and_again(piece: bytes) -> None:
    begun = time.process_time()
    for before in (b"WEBVTT\n\n00:00.000 --> 00:01.000\nx", b"0:01 x"):
        assert written.read(before + piece * (200_000 // len(piece))).lines
    assert time.process_time() - begun < 2


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_a_text_or_one_refusal(content: bytes) -> None:
    for begin in (b"", b"WEBVTT\n\n", b"PK\3\4", b"0:01 "):
        try:
            assert written.read(begin + content).lines
        except UnreadableError as refused:
            assert (refused.code or "").startswith("6a.text-")  # noqa: PT017 - whichever of the five


# Written out ----------------------------------------------------------------------------------------------

SHEET = Sheet(
    "Gesprek van 3 november",
    "Hulpmiddel, geen bewijs.",
    10_000,
    (
        Line(0, 11_500, 13_000, "Anna <b>", "Goedemiddag & <script>x</script>\x07."),
        Line(1, 3_733_000, 3_735_250, "", "Ja --> nee"),
    ),
)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_out_is_read_again(form: str) -> None:
    content = write(SHEET, form)
    found = said(content)
    assert [line[0] // 1000 for line in found] == [1, 3723]
    assert "Goedemiddag & <script>x</script> ." in found[0][3]
    assert found[1][3] == "Ja --> nee"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_that_it_is_no_proof(form: str) -> None:
    content = write(SHEET, form)
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            content = archive.read("word/document.xml")
    assert "Hulpmiddel, geen bewijs." in content.decode()


def test_nothing_in_a_text_is_markup_in_webvtt() -> None:
    text = write(SHEET, "vtt").decode()
    assert "<script>" not in text
    assert "<v Anna &lt;b&gt;>Goedemiddag &amp; &lt;script&gt;x&lt;/script&gt; ." in text
    assert "Ja --&gt; nee" in text
