"""Letters for a print house: hundreds in one tagged PDF, with a list of what stands where (docs/formats/letters.md).

Letters come one by one and go out in batches; only the batches that are being filled or drawn are held.
"""

import csv
import hashlib
import io
import os
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from breachdesk.ground.canonical import canonical
from breachdesk.ground.files import sync_folder, write_whole
from breachdesk.notify.addresses import Wrong, wrong_with
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.codes import code_of
from breachdesk.notify.draw import Bundle, Fonts, Press
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.page import LetterData, head_and_body, paper_of
from breachdesk.notify.pressroom import Job, Pressroom
from breachdesk.notify.shapes import Level, Notice

LETTERS = "breachdesk.letters/1"
INDEX = "breachdesk.letter-batches/1"
SET_ASIDE = "breachdesk.letters-set-aside/1"
MOST_LETTERS = 500  # in one file
MOST_SIGNS = 200_000  # of the data of one letter: some forty pages
_WORDS = "messages/letters.yaml"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MOST_HELD = 2_000  # letters that wait for their batch to fill, over all languages and papers
_IN_HAND = 3  # batches being drawn; the same however many processes, so that the files are the same
_COLUMNS = (
    *("file", "file_sha256", "id", "code", "first_page", "last_page", "pages", "sheets", "country", "content_sha256"),
)


class BadBatches(Exception):
    """Batches cannot be written: what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person. `address`: lines below the name, abroad with the country last; `country`: ISO 3166-1."""

    id: str  # of its own: a number of a row, never something about the person
    notice: Notice  # composed for this person
    address: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A letter in a batch. Pages are those of the file, from 1; `boxes`: signs no font has, as `U+5317`."""

    id: str
    code: str
    first_page: int
    last_page: int
    content_sha256: str
    country: str
    boxes: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        return self.last_page - self.first_page + 1

    @property
    def sheets(self) -> int:
        """Placed on both sides."""
        return (self.pages + 1) // 2


@dataclass(frozen=True, slots=True)
class Batch:
    name: str  # of its files, without an ending
    sha256: str  # of the PDF
    bytes: int
    paper: str  # a4, us-letter
    language: str
    fonts: Fonts
    letters: tuple[Placed, ...]

    @property
    def pages(self) -> int:
        """Of the file, with the empty backs between letters."""
        return self.letters[-1].last_page

    @property
    def sheets(self) -> int:
        return sum(letter.sheets for letter in self.letters)


@dataclass(slots=True)
class Counts:
    """What came of a run. `batches` without their letters' names: those are in the manifests."""

    batches: int = 0
    letters: int = 0
    set_aside: int = 0
    sheets: int = 0


def write_batches(
    letters: Iterable[Letter],
    folder: Path,
    *,
    library: Library,
    organisation: Organisation,
    home: str,
    key: bytes,
    workers: int = 1,
    most: int = MOST_LETTERS,
    told: Callable[[Batch], None] = lambda batch: None,
) -> Counts:
    """Draw letters into `folder`: a PDF, a manifest and a table for each batch; what was set aside, and an index.

    The folder appears whole, at the end, or not at all; the same letters in the same order give the same bytes, however
    many `workers` (processes) draw. `home`: the country they are posted in. `key`: 16 bytes or more, of which the codes
    for returned mail are made; the same key is needed to know them again. `told` hears of each batch as it is written.
    Raises BadBatches when the folder is there already, and OSError when it cannot be written.
    """
    if folder.exists():
        raise BadBatches(f"{folder}: is there already; name a folder that is not, or take the old one away")
    if not 1 <= most <= MOST_LETTERS:
        raise BadBatches(f"a batch holds 1 to {MOST_LETTERS} letters, not {most}")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    part.mkdir(parents=True, mode=0o700)
    try:
        with ExitStack() as held:
            aside = held.enter_context(open(part / "set-aside.jsonl", "xb", opener=_for_its_owner))
            desk = _Desk(
                lambda name, content: write_whole(part / name, content),
                aside,
                library.phrases,
                library.shelf.data(_WORDS),
                lambda language: organisation.text("name", language) or "",
                home,
                key,
                most,
                told,
            )
            if workers > 1:
                desk.room = Pressroom(workers)
                held.callback(desk.room.close)
            desk.write(letters)
        sync_folder(part)
        part.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return desk.done


def draw_batches(
    letters: Iterable[Letter],
    keep: Callable[[str, bytes], object],
    *,
    pages: Mapping[str, str],
    library: Library,
    author: Callable[[str], str],
    home: str,
    key: bytes,
    told: Callable[[Batch], None],
) -> Counts:
    """The same as `write_batches`, into whatever `keep` is, each file by its name. `pages`: by language the word before
    the number of a page; `author`: by language, in whose name it is."""
    aside = io.BytesIO()
    phrases = {language: {"page": word} for language, word in pages.items()}
    desk = _Desk(keep, aside, phrases, library.shelf.data(_WORDS), author, home, key, MOST_LETTERS, told)
    desk.write(letters)
    keep("set-aside.jsonl", aside.getvalue())
    return desk.done


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter that may be printed, as data."""

    id: str
    code: str
    country: str
    data: LetterData
    digest: str


_Group = tuple[str, str, Fonts]  # paper, language, fonts


@dataclass(slots=True)
class _Drawing:
    """A batch that is being drawn."""

    group: _Group
    name: str
    letters: list[_Ready]
    bundle: Callable[[], Bundle]


@dataclass(slots=True)
class _Desk:
    keep: Callable[[str, bytes], object]
    aside: BinaryIO
    phrases: dict[str, dict[str, str]]
    words: Mapping[str, Any]  # why a letter is set aside
    author: Callable[[str], str]
    home: str
    key: bytes
    most: int
    told: Callable[[Batch], None]
    room: Pressroom | None = None  # of other processes, where they draw
    done: Counts = field(default_factory=Counts)
    index: list[dict[str, Any]] = field(default_factory=list)
    press: Press = field(init=False)
    groups: dict[_Group, list[_Ready]] = field(default_factory=dict)
    codes: set[int] = field(default_factory=set)  # of every letter so far, eight bytes each
    same: dict[str, str] = field(default_factory=dict)  # parts of letters, each kept once while it is of use
    drawing: deque[_Drawing] = field(default_factory=deque)
    numbered: int = 0

    def __post_init__(self) -> None:
        self.press = Press(words=self.phrases)

    def write(self, letters: Iterable[Letter]) -> None:
        self.aside.write(canonical({"format": SET_ASIDE}) + b"\n")
        for letter in letters:
            self._take(letter)
        while self.groups or self.drawing:
            while self.groups:
                self._start(next(iter(self.groups)))
            self._finish()  # may fill a group anew
        self.aside.flush()
        index = {
            "format": INDEX,
            "batches": self.index,
            "letters": self.done.letters,
            "sheets": self.done.sheets,
            "set_aside": self.done.set_aside,
        }
        self.keep("index.json", canonical(index))

    # --- letters in

    def _take(self, letter: Letter) -> None:
        if wrong := list(self._wrong(letter)):
            self._set_aside(letter.id, wrong)
            return
        code = code_of(letter.id, self.key)
        number = int(code, 36)
        if number in self.codes:
            self._set_aside(letter.id, [Wrong("twice")])
            return
        data = self.press.data(letter.notice, code=code)
        if sum(map(len, data.parts)) + len(data.own) > MOST_SIGNS:
            self._set_aside(letter.id, [Wrong("too_large", f"{MOST_SIGNS:,}")])
            return
        self.codes.add(number)
        if len(self.same) > 10_000:
            self.same.clear()
        data = replace(data, parts=tuple(self.same.setdefault(part, part) for part in data.parts))
        ready = _Ready(letter.id, code, letter.country, data, data.digest)
        self._put((data.paper, letter.notice.language, self._fonts(data)), ready)

    def _wrong(self, letter: Letter) -> Iterator[Wrong]:
        if not _ID.fullmatch(letter.id):
            yield Wrong("bad_id")
        notice = letter.notice
        if not _LANGUAGE.fullmatch(notice.language):
            yield Wrong("bad_language")
        if texts_of(notice.blocks, Kind.BLANK):
            yield Wrong("blank", ", ".join(sorted({ask.id for ask in notice.asks})[:8]))
        if slots := texts_of(notice.blocks, Kind.SLOT):
            yield Wrong("slot", ", ".join(sorted(slots)[:8]))
            return
        stops = [check.code for check in notice.checks if not check.passed and check.level is Level.STOP]
        if stops:
            yield Wrong("stopped", ", ".join(stops[:8]))
        head, _ = head_and_body(notice.blocks)
        yield from wrong_with(
            head,
            letter.address,
            letter.country,
            home=self.home,
            language=notice.language,
            paper=paper_of(notice),
            widths=self.press.widths,
        )

    def _fonts(self, data: LetterData) -> Fonts:
        for fonts in (Fonts.OURS, Fonts.MACHINE):
            if not self._boxes(data, fonts):
                return fonts
        return Fonts.BOXES

    def _boxes(self, data: LetterData, fonts: Fonts) -> set[str]:
        return self.press.lacking(set("".join((data.own, *data.parts))), fonts)

    def _put(self, group: _Group, ready: _Ready) -> None:
        held = self.groups.setdefault(group, [])
        held.append(ready)
        if len(held) >= self.most:
            self._start(group)
        elif sum(map(len, self.groups.values())) >= _MOST_HELD:
            self._start(max(self.groups, key=lambda one: len(self.groups[one])))

    def _set_aside(self, letter: str, wrong: list[Wrong]) -> None:
        rows = [
            {"code": one.code, "detail": one.detail, "line": one.line}
            | {
                language: {
                    key: said.replace("{detail}", one.detail).replace("{line}", str(one.line))
                    for key, said in words.items()
                }
                for language, words in self.words[one.code].items()
            }
            for one in wrong
        ]
        shown = letter if _ID.fullmatch(letter) else ascii(letter[:64])
        self.aside.write(canonical({"id": shown, "wrong": rows}) + b"\n")
        self.done.set_aside += 1

    # --- batches out

    def _start(self, group: _Group) -> None:
        letters = self.groups.pop(group)
        if len(self.drawing) >= _IN_HAND:
            self._finish()
        paper, language, fonts = group
        self.numbered += 1
        name = f"letters-{self.numbered:04}-{paper}-{language}" + ("-boxes" if fonts is Fonts.BOXES else "")
        job = Job(
            tuple(letter.data for letter in letters),
            fonts,
            f"{letters[0].data.title} ({name})",
            self.author(language),
            language,
        )
        self.drawing.append(_Drawing(group, name, letters, self.room.draw(job) if self.room else self._drawn(job)))

    def _drawn(self, job: Job) -> Callable[[], Bundle]:
        made = job.drawn(self.press)
        self.press.forget(job.fonts)
        return lambda: made

    def _finish(self) -> None:
        one = self.drawing.popleft()
        bundle = one.bundle()
        paper, language, fonts = one.group
        kept = [letter for place, letter in enumerate(one.letters) if place not in bundle.failed]
        if kept:
            self._keep(one, kept, bundle)
        others = {Fonts.OURS: Fonts.MACHINE, Fonts.MACHINE: Fonts.BOXES}
        for place, why in sorted(bundle.failed.items()):
            letter = one.letters[place]
            if fonts in others:
                self._put((paper, language, others[fonts]), letter)
            else:
                self._set_aside(letter.id, [Wrong("undrawable", why)])

    def _keep(self, one: _Drawing, kept: list[_Ready], bundle: Bundle) -> None:
        paper, language, fonts = one.group
        printed = tuple(
            Placed(letter.id, letter.code, first, last, letter.digest, letter.country, self._named(letter, fonts))
            for letter, (first, last) in zip(kept, bundle.pages, strict=True)
        )
        digest = hashlib.sha256(bundle.content).hexdigest()
        batch = Batch(one.name, digest, len(bundle.content), paper, language, fonts, printed)
        manifest = canonical(manifest_of(batch))
        self.keep(f"{batch.name}.pdf", bundle.content)
        self.keep(f"{batch.name}.csv", table_of(batch))
        self.keep(f"{batch.name}.json", manifest)
        self.index.append({"manifest": f"{batch.name}.json", "sha256": hashlib.sha256(manifest).hexdigest()})
        self.done.batches += 1
        self.done.letters += len(printed)
        self.done.sheets += batch.sheets
        self.told(batch)

    def _named(self, letter: _Ready, fonts: Fonts) -> tuple[str, ...]:
        if fonts is not Fonts.BOXES:
            return ()
        return tuple(f"U+{ord(sign):04X}" for sign in sorted(self._boxes(letter.data, Fonts.MACHINE)))


def manifest_of(batch: Batch) -> dict[str, Any]:
    """The public document breachdesk.letters/1 (docs/formats/letters.md)."""
    return {
        "format": LETTERS,
        "file": f"{batch.name}.pdf",
        "sha256": batch.sha256,
        "bytes": batch.bytes,
        "paper": batch.paper,
        "language": batch.language,
        "standard": None if batch.fonts is Fonts.BOXES else "PDF/UA-1",
        "tagged": True,
        "print": {"sides": "both", "flip": "long edge", "each_letter_begins": "on the front of a new sheet"},
        "pages": batch.pages,
        "sheets": batch.sheets,
        "letters": [
            {
                "id": letter.id,
                "code": letter.code,
                "first_page": letter.first_page,
                "last_page": letter.last_page,
                "sheets": letter.sheets,
                "country": letter.country,
                "content_sha256": letter.content_sha256,
                **({"boxes": list(letter.boxes)} if batch.fonts is Fonts.BOXES else {}),
            }
            for letter in batch.letters
        ],
    }


def table_of(batch: Batch) -> bytes:
    """The same for the printer: CSV in UTF-8, a line for each letter. No cell can be read as a formula."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(_COLUMNS)
    for one in batch.letters:
        table.writerow(
            [
                *(f"{batch.name}.pdf", batch.sha256, one.id, one.code, one.first_page, one.last_page),
                *(one.pages, one.sheets, one.country, one.content_sha256),
            ]
        )
    return text.getvalue().encode()
