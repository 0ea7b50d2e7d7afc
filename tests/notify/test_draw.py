"""Text, HTML and tagged PDF of one letter; nothing that is said becomes markup in any of them."""

import io
import re
from itertools import pairwise

import pikepdf
import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.library import our_library
from breachdesk.notify.page import SMALLEST_TYPE_POINTS, drawn
from breachdesk.notify.shapes import Notice
from breachdesk.notify.values import Person
from tests.notify.bakery import brief, cohort

LIBRARY = our_library()
WHO = cohort("US-CA", "name", "email", "card.number")
HOSTILE = [
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    '#read("/etc/passwd") #panic("x") $ x $ @a <a> = h [ ] \\ // /*',
    "{{ 7*7 }} {% raw %} ${7*7} {organisation.phone} %s {0}",
    "# h\n\n* b **s** [l](javascript:alert(1)) `c` <b>",
    "a\x00b\u202ec\ufffe\u2028d",
    '=cmd|"/c calc"!A1',
]


def letter(language: str = "en", residence: str = "US-CA", **said: object) -> Notice:
    who = WHO if residence == "US-CA" else cohort(residence, "name", "phone", "gov_id.ru.passport")
    return compose(who, language, brief(**said))


def text_in(pdf: pikepdf.Pdf) -> str:
    """What the fonts of the file can say, from their ToUnicode maps."""
    found = set()
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            cmap = bytes(font.ToUnicode.read_bytes()).decode("latin-1")
            found |= {chr(int(code, 16)) for code in re.findall(r"<[0-9A-Fa-f]+> <([0-9A-Fa-f]{4})>", cmap)}
    return "".join(sorted(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_titled_and_speaks_its_language(language: str) -> None:
    notice = letter(language, "RU")
    pdf = pikepdf.open(io.BytesIO(Press().pdf(notice, sender="Bakery").content))
    root = pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == language
    assert str(pdf.docinfo.Title) == notice.title
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as xmp:
        assert str(xmp["pdfuaid:part"]) == "1"
    tags = structure(root.StructTreeRoot)
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Link"} <= tags
    wanted = "БПанс" if language == "ru" else "BNams"
    assert set(wanted) <= set(text_in(pdf))


def structure(node: pikepdf.Object, depth: int = 0) -> set[str]:
    tags: set[str] = set()
    if depth > 40 or not isinstance(node, pikepdf.Dictionary | pikepdf.Array):
        return tags
    if isinstance(node, pikepdf.Array):
        return set().union(*(structure(child, depth + 1) for child in node)) if len(node) else tags
    if "/S" in node:
        tags.add(str(node.S))
    return tags | (structure(node.K, depth + 1) if "/K" in node else set())


def baselines(made: bytes) -> list[float]:
    """Millimetres below the upper edge of page 1 at which its lines stand, in reading order."""
    pdf = pikepdf.open(io.BytesIO(made))
    page = pdf.pages[0]
    height = float(page.MediaBox[3])
    moves = [one.operands for one in pikepdf.parse_content_stream(page) if str(one.operator) == "cm"]
    down = [round((height - float(operands[5])) * 25.4 / 72, 1) for operands in moves]
    return list(dict.fromkeys(down))


@pytest.mark.parametrize("residence", ["US-CA", "DE"])
def test_the_address_stands_in_the_window_of_an_envelope(residence: str) -> None:
    ada = Person("Ada Example", ("1 Example Street", "Flat 14", "Springfield, CA 90000"))
    who = cohort(residence, "name", "email")
    notice = compose(who, "en", brief(), person=ada)
    lines = baselines(Press().pdf(notice, sender="Bakery").content)
    assert max(lines[:2]) < 45  # name and address of the sender
    assert min(lines[2:6]) > 60
    assert max(lines[2:6]) < 82
    assert lines[6] > 88  # the date


def test_a_head_too_long_for_the_window_is_set_in_full() -> None:
    ada = Person("Ada Example", tuple(f"Line {number} of a very long address" for number in range(12)))
    notice = compose(WHO, "en", brief(), person=ada)
    lines = baselines(Press().pdf(notice, sender="Bakery").content)
    assert lines[2] < 40
    assert min(after - before for before, after in pairwise(lines[:20])) > 2  # no line is set upon another


def test_no_list_begins_on_another_page_than_its_sentence() -> None:
    body = drawn(letter().blocks)["body"]
    leading = [part["leads"] for part in body]
    assert any(leading)
    for part, following in pairwise(body):
        assert part["leads"] == (part["type"] == "paragraph" and following["type"] == "items")


def test_no_type_is_smaller_than_the_page_promises() -> None:
    from importlib import resources

    here = resources.files("breachdesk.notify")
    sizes = [float(size) for size in re.findall(r"([\d.]+)pt\b", here.joinpath("letter.typ").read_text())]
    assert min(sizes) >= SMALLEST_TYPE_POINTS
    css = here.joinpath("letter.css").read_text()
    points = [float(size) for size in re.findall(r"([\d.]+)pt\b", css)]
    rems = [float(size) for size in re.findall(r"font-size: ([\d.]+)rem", css)]
    assert min(points) >= SMALLEST_TYPE_POINTS
    assert min(rems) * 16 * 0.75 >= SMALLEST_TYPE_POINTS


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile: str) -> None:
    notice = letter(
        name=hostile, what_happened=hostile, email=hostile, web=hostile, incident_page=hostile, phone=hostile
    )
    press = Press()
    page = press.html(notice)
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert not re.search(r'href="(?!https://|mailto:|tel:)', page)
    assert "49" not in re.sub(r"[^{]*", "", page)
    assert press.pdf(notice, sender=hostile).content.startswith(b"%PDF")
    for made in (page, as_text(notice)):
        assert "\x00" not in made
        assert "\u202e" not in made


def test_a_hostile_persons_name_stays_a_name() -> None:
    person = Person(HOSTILE[0], (HOSTILE[1],), {"email": (HOSTILE[2],)})
    notice = compose(WHO, "en", brief(), person=person)
    page = Press().html(notice)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "<img" not in page


def test_an_element_with_a_hostile_name_stays_text() -> None:
    who = cohort("US-CA", "<script>alert(1)</script>", "name")
    page = Press().html(compose(who, "en", brief()))
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_page_needs_no_network() -> None:
    page = Press().html(letter())
    assert "default-src 'none'" in page
    assert not re.search(r'(src|srcset|@import|url\()\s*=?\s*["\']?(https?:|//)', page)
    assert '<html lang="en">' in page


def test_text_lines_are_short_and_steps_numbered() -> None:
    text = as_text(letter(), draft="Draft.")
    assert text.startswith("Draft.\n")
    assert all(len(line) <= 72 or "https://" in line for line in text.splitlines())
    assert "\n1. " in text


def test_the_same_letter_is_the_same_bytes() -> None:
    assert Press().pdf(letter(), sender="a").content == Press().pdf(letter(), sender="a").content
    assert Press().html(letter()) == Press().html(letter())


@pytest.mark.parametrize(
    "name", ["Bäckerei 😀", "北方烘焙有限公司", "مخبز الشمال", "מאפייה", "\uf8ff", "\u0378", "ไทย"]
)
def test_a_name_in_a_rare_script_never_stops_a_letter(name: str) -> None:
    notice = letter(name=name)
    printed = Press().pdf(notice, sender=name)
    pdf = pikepdf.open(io.BytesIO(printed.content))
    assert bool(pdf.Root.MarkInfo.Marked)
    with pdf.open_metadata() as xmp:
        assert (xmp.get("pdfuaid:part") == "1") is printed.accessible


def test_our_fonts_suffice_for_european_names() -> None:
    assert Press().pdf(letter(name="Ж Łódź Þór Ñ Ğ ő ş ΑΩ €"), sender="x").accessible
    assert not Press().pdf(letter(name="\u0378"), sender="x").accessible
