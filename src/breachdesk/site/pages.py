"""The pages of the shelf, written to a folder: one for each place and each duty, in every language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from breachdesk.ground.files import write_whole
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import Shelf
from breachdesk.law.shelf import LawShelf
from breachdesk.law.told import sections
from breachdesk.law.words import Phrases
from breachdesk.report.words import Words, read_sayings
from breachdesk.site import shipped, spoken
from breachdesk.site.book import Book, Entry, Place, grouped
from breachdesk.site.book import write as tell

_LOOK = Path(__file__).resolve().parent / "look"
_TOKENS = Path(__file__).resolve().parent.parent / "report" / "look" / "tokens.css"
FOLDER = "messages/site"
SCRIPTS = ("reckon.js", "days.js", "clock.js", "judge.js", "whatif.js")  # in the order in which they are read


_lay = partial(write_whole, mode=0o644)  # pages are for everybody; a web server reads them under another name


@dataclass(frozen=True, slots=True)
class Written:
    places: int
    duties: int
    pages: int


def write(law: LawShelf, shelf: Shelf, out: Path, day: date) -> Written:
    """Every page below `out/<language>/`, and the style beside them. Writes over what lies there. Raises OSError."""
    regions: dict[str, list[str]] = shelf.data(f"{FOLDER}/regions.yaml")["regions"]
    style = "\n".join(path.read_text(encoding="utf-8") for path in (_TOKENS, _LOOK / "site.css"))
    _lay(out / "site.css", style)
    _lay(out / "law.js", shipped.as_script("LAW", shipped.law_data(law)))
    for name in SCRIPTS:
        _lay(out / name, (_LOOK / name).read_text(encoding="utf-8"))
    pages = 0
    for language in LANGUAGES:
        book = tell(law, shelf, regions, language, day)
        say = read_sayings(shelf, f"{FOLDER}/{language}.yaml", language)
        told = {entry.told.id: entry.told for entry in book.entries}
        words = spoken.words(law, shelf, language, told, say)
        _lay(out / language / "words.js", shipped.as_script("WORDS", words))
        for name, text in _pages(book, say, list(regions)):
            _lay(out / language / name, text, sync=False)
            pages += 1
    _lay(out / "index.html", _door(f"{LANGUAGES[0]}/index.html"))
    return Written(len(book.places), len(book.entries), pages)


def _door(first: str) -> str:
    """Leads on to the first language."""
    ahead = f'<meta http-equiv="refresh" content="0; url={first}">'
    return f'<!DOCTYPE html><meta charset="utf-8"><title>Breachdesk</title>{ahead}<a href="{first}">{first}</a>\n'


def _pages(book: Book, words: Words, regions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name below the folder of the language, and text."""
    say = book.say
    common = {"book": book, "w": words, "say": say, "law": book.law, "day": book.day, "language": book.language,
              "other": next(one for one in LANGUAGES if one != book.language)}  # fmt: skip
    yield _page("index", "index.html", common, title=words.say("title"), groups=grouped(book, regions),
                finding=_finding(book.places, words))  # fmt: skip
    yield _page("unsure", "unsure.html", common, title=words.say("unsure"))
    yield _page("coming", "coming.html", common, title=words.say("coming"))
    yield _page("whatif", "what-if.html", common, title=words.say("whatif"), scripts=SCRIPTS)
    for place in book.places:
        yield _page("place", f"{place.code}.html", common, title=place.name, place=place, orders=_orders(place))
    for entry in book.entries:
        title = f"{entry.told.place}: {entry.told.title}"
        yield _page("duty", f"duty/{entry.told.id}.html", common, title=title, entry=entry,
                    sections=_sections(entry, say), up="../")  # fmt: skip


def _page(template: str, name: str, common: dict[str, Any], **own: Any) -> tuple[str, str]:
    context = {"up": "", **common, **own, "here": name}
    return name, _environment().get_template(f"{template}.html.j2").render(context) + "\n"


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_LOOK)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _finding(places: Iterable[Place], words: Words) -> str:
    steps = [place.step for place in places]
    return words.say(
        "map_finding",
        day=steps.count("0"),
        three=steps.count("1"),
        week=steps.count("2"),
        month=steps.count("3"),
        asap=steps.count("asap"),
    )


def _orders(place: Place) -> list[tuple[str, list[Entry]]]:
    found: dict[str, list[Entry]] = {}
    for entry in place.entries:
        found.setdefault(entry.told.order_title, []).append(entry)
    return list(found.items())


def _sections(entry: Entry, say: Phrases) -> list[tuple[str, list[str]]]:
    """As `law show` tells them; sources and stories have a form of their own on a page."""
    return [(head, lines) for head, lines in sections(entry.told, say) if head != "sources"]
