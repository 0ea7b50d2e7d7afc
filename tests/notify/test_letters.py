"""Letters of any hand are read by their words and lines; files that are no letters are refused with a reason."""

import io
import zipfile
from pathlib import Path

import pytest

from breachdesk.notify import letters
from breachdesk.notify.letters import BadLetter, read

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def word_file(body: str, name: str = "word/document.xml") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, f'<w:document xmlns:w="{WORDS}"><w:body>{body}</w:body></w:document>')
    return held.getvalue()


def word_paragraph(text: str, style: str = "", half_points: int = 24) -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{named}<w:r><w:rPr><w:sz w:val="{half_points}"/></w:rPr><w:t>{text}</w:t></w:r></w:p>'


def test_plain_text_knows_paragraphs_headings_points_and_lines(tmp_path: Path) -> None:
    head = "Our Notice\n==========\n\nWhat Happened\n\n"
    text = head + "Somebody took the files\nof our customers and you.\n\n- your name\n- the number\n"
    letter = read(put(tmp_path, "a.txt", text))
    assert letter.title == "Our Notice"
    assert [one.text for one in letter.passages if one.heading] == ["Our Notice", "What Happened"]
    taken = next(one for one in letter.passages if one.text.startswith("Somebody"))
    assert (taken.line(0), taken.line(taken.text.index("of our"))) == (6, 7)
    assert [one.line() for one in letter.passages][-2:] == [9, 10]
    assert letter.language == "en"


def test_markdown_headings_are_headings(tmp_path: Path) -> None:
    letter = read(put(tmp_path, "a.md", "# Notice of Data Breach\n\nWe **write** to you, and this is the letter.\n"))
    assert letter.title == "Notice of Data Breach"
    assert letter.passages[1].text == "We write to you, and this is the letter."


def test_a_page_gives_words_and_sizes_and_never_a_script(tmp_path: Path) -> None:
    page = (
        "<html><head><title>x</title><style>p { font-size: 12px }</style></head><body>\n<h1>Notice</h1>\n"
        '<p style="font: 14pt serif">This is for you,\nand the others.</p><script>alert("hacked")</script>'
        '<ul class="steps"><li>Change the password</li></ul>\n<noscript>never</noscript></body></html>'
    )
    letter = read(put(tmp_path, "a.html", page))
    assert letter.text == "Notice\nThis is for you, and the others.\nChange the password"
    assert letter.smallest_points == 9
    assert [one.role for one in letter.passages] == ["", "", "steps"]
    assert (letter.passages[1].line(0), letter.passages[1].line(20)) == (3, 4)


def test_a_word_file_gives_paragraphs_headings_and_sizes(tmp_path: Path) -> None:
    body = word_paragraph("Notice of the matter", "Heading1") + word_paragraph(
        "We write to you, and this is it.", "", 17
    )
    letter = read(put(tmp_path, "a.docx", word_file(body)))
    assert (letter.title, letter.smallest_points, letter.passages[1].line()) == ("Notice of the matter", 8.5, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_old_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    letter = read(put(tmp_path, "a.txt", "Мы пишем вам об утечке данных и просим сменить пароль.".encode(encoding)))
    assert letter.language == "ru"
    assert "утечке" in letter.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir schreiben Ihnen, weil Ihre Daten entwendet wurden und Sie etwas tun können.", ""),
        ("Ми пишемо вам, бо ваші дані викрадено, і просимо змінити пароль.", ""),
        ("We write to you about your data and this is the reason for it.", "en"),
        ("私たちはあなたのデータについて書いています", ""),
    ],
)
def test_only_languages_that_we_read_are_named(text: str, language: str) -> None:
    assert letters.spoken(text) == language


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.7", "save it as one of these"),
        ("a.txt", b"", "no words"),
        ("a.txt", b" \n\t\n", "no words"),
        ("a.txt", b"MZ\0\0\0", "no text"),
        ("a.html", b"<script>all of it</script>", "no words"),
        ("a.docx", b"PK not a zip", "no Word file"),
        ("a.docx", word_file("", "other.xml"), "no Word file"),
        ("a.docx", word_file("<w:p><unclosed></w:p>"), "no Word file"),
        ("a.txt", b"a" * (letters.MOST_BYTES + 1), "larger than"),
        ("a.txt", b"word " * letters.MOST_WORDS, "no letter"),
    ],
)
def test_what_is_no_letter_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(BadLetter, match=reason):
        read(put(tmp_path, name, content))


def test_entities_and_bombs_in_word_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(BadLetter, match="dare"):
        read(put(tmp_path, "a.docx", held.getvalue()))
    monkeypatch.setattr(letters, "_MOST_UNPACKED", 100)
    with pytest.raises(BadLetter, match="unpacks"):
        read(put(tmp_path, "b.docx", word_file(word_paragraph("word " * 100))))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadLetter, match=r"gone\.txt"):
        read(tmp_path / "gone.txt")


def test_a_page_without_end_is_read_to_its_end(tmp_path: Path) -> None:
    letter = read(put(tmp_path, "a.html", "<div>" * 5000 + "The words of the letter are here and for you"))
    assert letter.text == "The words of the letter are here and for you"


def test_a_very_long_passage_is_cut_between_words_and_loses_none(tmp_path: Path) -> None:
    text = "the name and the address " * 1000
    letter = read(put(tmp_path, "a.txt", text))
    assert max(len(one.text) for one in letter.passages) <= 2_000
    assert "".join(one.text for one in letter.passages) == text.strip()
