"""Letters to invented people in three languages, and a reader of what their PDF says and shows."""

import io
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf

from breachdesk.notify.batches import Counts, Letter, write_batches
from breachdesk.notify.blocks import Heading, Item, Items, Kind, Paragraph, Span
from breachdesk.notify.compose import compose
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import Notice
from breachdesk.notify.values import Person
from tests.notify.bakery import FACTS, brief, cohort, organisation

KEY = bytes(range(32))
LIBRARY = our_library()
SHEET = {**FACTS, "time.individual_notice_sent": "2026-11-25"}
HOMES = {
    "DE": ("Musterstr. 5", "10115 Berlin"),
    "US": ("1 Example Street", "Springfield, CA 90000", "USA"),
    "RU": ("ул. Примерная, д. 5", "101000 Москва", "РОССИЯ"),
    "EG": ("شارع المثال 5", "القاهرة 11511", "مصر"),
}
NAMES = {"en": "Ada Example", "ru": "Анна Примерная", "ar": "آدا المثال"}


def letter(number: int, language: str = "en", country: str = "DE", *, name: str = "", **said: object) -> Letter:
    """`number` makes the person; with the same number the same letter."""
    given = {"id": f"row-{number}", "address": HOMES[country], "country": country, **said}
    address = given["address"]
    assert isinstance(address, tuple)
    person = Person(name or f"{NAMES[language]} {number}", address, {"email": (f"a•••{number}@example.org",)}, "4K7Q")
    if language == "ar":
        notice = _arabic(person, country)
    else:
        who = cohort({"US": "US-CA"}.get(country, country), "name", "email", "card.number")
        notice = compose(who, language, brief(SHEET), person=person)
        notice = replace(notice, checks=())
    return Letter(**{"notice": notice, **given})  # type: ignore[arg-type]


def _arabic(person: Person, country: str) -> Notice:
    """Our packs do not speak Arabic; letters of an organisation's own may."""
    who = cohort(country, "name", "email")
    plain = [
        ("sender", "Bakery North Ltd"), ("sender", "1 Example Street, 10115 Berlin"),
        ("recipient", person.name), *(("recipient", line) for line in person.address), ("date", "25 نوفمبر 2026"),
    ]  # fmt: skip
    told = "سرق شخص غريب بيانات من قاعدة بيانات متجرنا يوم 11 نوفمبر 2026، ومن بينها بياناتك أنت. "
    steps = ("غيّر كلمة المرور الآن (حوالي 5 دقائق).", "راقب حسابك المصرفي.", "اتصل بنا.")
    blocks = (
        *(Paragraph((Span(text, Kind.NAME),), role) for role, text in plain),
        Paragraph((Span(told * 3),)),
        Heading("ما الذي سُرق"),
        Paragraph((Span("هذه هي البيانات:"),)),
        Items((Item((Span("الاسم"),)), Item((Span("البريد الإلكتروني: " + person.samples["email"][0]),)))),
        Heading("ما الذي يمكنك فعله"),
        Items(tuple(Item((Span(step),)) for step in steps), ordered=True),
        Paragraph((Span("هاتف: "), Span("+49 30 555 0100", Kind.NAME, url="tel:+49305550100"), Span("."))),
        Paragraph(
            (
                Span("للتحقق من هذه الرسالة: "),
                Span("https://example.org/incident", Kind.NAME, url="https://example.org/"),
            )
        ),
    )
    return Notice(who, "ar", (), "general", "إشعار بتسريب بيانات", blocks, (), ())


def written(folder: Path, letters: Iterable[Letter], **other: object) -> Counts:
    given = {"library": LIBRARY, "organisation": organisation(), "home": "DE", "key": KEY, **other}
    return write_batches(letters, folder, **given)  # type: ignore[arg-type]


class Page:
    """A page of a PDF: `said` is its text as it is set, `places` where each run begins, `bars` the boxes drawn."""

    def __init__(self, page: pikepdf.Page) -> None:
        self.words: list[str] = []
        self.places: list[tuple[float, ...]] = []
        self.bars: list[tuple[float, float]] = []
        fonts, path = {}, list[tuple[float, float]]()
        current: dict[str, str] = {}
        if "/Font" in page.get("/Resources", {}):
            fonts = {name: _signs(font) for name, font in page.Resources.Font.items()}
        for one in pikepdf.parse_content_stream(page):
            act, given = str(one.operator), one.operands
            if act == "Tf":
                current = fonts[str(given[0])]
            elif act in ("Tj", "TJ"):
                shown = given[0] if act == "TJ" else given
                codes = b"".join(bytes(part) for part in shown if isinstance(part, pikepdf.String)).hex()
                self.words.append("".join(current.get(codes[at : at + 4], "\ufffd") for at in range(0, len(codes), 4)))
            elif act in ("cm", "Tm"):
                self.places.append(tuple(round(float(number), 2) for number in given))
            elif act in ("m", "l"):
                path = [] if act == "m" else path
                path.append((float(given[0]), float(given[1])))
            elif act == "h" and len(path) == 4:
                self.bars.append((path[0][0], path[1][0]))

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.words).split())


def _signs(font: pikepdf.Object) -> dict[str, str]:
    """Glyph, four hex digits -> what it says, from the map in the font."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", table)
    return {glyph.lower(): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def read_pages(made: bytes) -> list[Page]:
    return [Page(page) for page in pikepdf.open(io.BytesIO(made)).pages]


def scanned(page: Page) -> str:
    """What a scanner of Code 128 reads in the bars of a page."""
    from breachdesk.notify import code128

    module = 0.254 * 72 / 25.4
    edges = [edge for bar in page.bars for edge in bar]
    widths = "".join(str(round((after - before) / module)) for before, after in pairwise(edges))
    values = [code128._WIDTHS.index(widths[at : at + 6]) for at in range(0, len(widths) - 7, 6)]
    assert widths[-7:] == code128._WIDTHS[-1]
    start, *said, check = values
    assert (start, check) == (104, code128.check_of(start, said))
    return "".join(chr(value + 32) for value in said)
