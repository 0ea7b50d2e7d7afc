"""Batches for a print house: what stands where is what the manifest says, and one bad letter harms no other."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.notify.batches import BadBatches, Batch, Letter
from breachdesk.notify.blocks import Heading, Kind, Paragraph, Span
from breachdesk.notify.codes import code_of, shown
from breachdesk.notify.draw import Press
from breachdesk.notify.shapes import Level, NoticeCheck
from tests.notify.mail import KEY, LIBRARY, letter, read_pages, scanned, written
from tests.notify.test_draw import structure

MIXED = (
    letter(1), letter(2, "ru", "RU"), letter(3, "ar", "EG"), letter(4, "en", "US"), letter(5), letter(6, "ru", "RU"),
    letter(7), letter(8, "ar", "EG"), letter(9, "ar", "DE"),
)  # fmt: skip


def manifests(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("letters-*.json"))]


def aside(folder: Path) -> dict[str, list[str]]:
    first, *rows = map(json.loads, (folder / "set-aside.jsonl").read_text().splitlines())
    assert first == {"format": "breachdesk.letters-set-aside/1"}
    for row in rows:
        for wrong in row["wrong"]:
            for language in ("en", "ru"):
                assert {"what", "do"} == set(wrong[language])
                assert "{" not in str(wrong[language].values())
    return {row["id"]: [wrong["code"] for wrong in row["wrong"]] for row in rows}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mail") / "out"
    done = written(folder, MIXED, most=2)
    assert (done.letters, done.set_aside, done.batches) == (9, 0, 6)
    return folder


def test_what_stands_where_is_what_the_manifest_says(mixed: Path) -> None:
    sent = {one.id: one for one in MIXED}
    seen = []
    for told in manifests(mixed):
        made = (mixed / told["file"]).read_bytes()
        assert (hashlib.sha256(made).hexdigest(), len(made)) == (told["sha256"], told["bytes"])
        pages, used = read_pages(made), set[int]()
        assert told["pages"] == len(pages)
        assert told["sheets"] == sum(row["sheets"] for row in told["letters"])
        for row in told["letters"]:
            one, first, last = sent[row["id"]], row["first_page"], row["last_page"]
            assert first % 2 == 1
            assert row["sheets"] == (last - first) // 2 + 1
            assert row["code"] == code_of(one.id, KEY) == scanned(pages[first - 1])
            assert shown(row["code"]) in pages[first - 1].said
            assert f"a•••{one.id[4:]}@example.org" in " ".join(page.said for page in pages[first - 1 : last])
            for number in range(first, last + 1):
                counted = [str(number - first + 1), "/", str(last - first + 1)]
                said = pages[number - 1].said.split()[-3:]
                assert said == (counted[::-1] if told["language"] == "ar" else counted)  # as it is read
            used |= set(range(first, last + 1))
            data = Press(words=LIBRARY.phrases).data(one.notice, code=row["code"])
            content = {"body": [json.loads(part) for part in data.parts], "letter": json.loads(data.own)}
            content["paper"] = told["paper"]
            assert row["content_sha256"] == hashlib.sha256(canonical(content)).hexdigest()
            seen.append(one.id)
        assert all(not pages[number - 1].words for number in set(range(1, len(pages) + 1)) - used)  # empty backs
    assert sorted(seen) == sorted(sent)


def test_the_table_for_the_printer_says_the_same(mixed: Path) -> None:
    for told in manifests(mixed):
        rows = list(csv.DictReader((mixed / told["file"]).with_suffix(".csv").open(encoding="utf-8", newline="")))
        assert [(row["id"], row["code"], row["country"], row["content_sha256"]) for row in rows] == [
            (row["id"], row["code"], row["country"], row["content_sha256"]) for row in told["letters"]
        ]
        assert {(row["file"], row["file_sha256"]) for row in rows} == {(told["file"], told["sha256"])}
        assert [(int(row["first_page"]), int(row["last_page"]), int(row["sheets"])) for row in rows] == [
            (row["first_page"], row["last_page"], row["sheets"]) for row in told["letters"]
        ]
    index = json.loads((mixed / "index.json").read_bytes())
    assert (index["letters"], index["set_aside"]) == (9, 0)
    listed = {row["manifest"]: row["sha256"] for row in index["batches"]}
    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in mixed.glob("letters-*.json")}


def test_every_batch_is_tagged_on_one_paper_and_speaks_one_language(mixed: Path) -> None:
    kinds = set()
    for told in manifests(mixed):
        pdf = pikepdf.open(mixed / told["file"])
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == told["language"]
        assert told["file"].removesuffix(".pdf") in str(pdf.docinfo.Title)
        with pdf.open_metadata() as xmp:
            assert (str(xmp["pdfuaid:part"]), told["standard"]) == ("1", "PDF/UA-1")
        assert {"/H1", "/H2", "/P", "/L", "/LI", "/Link"} <= structure(pdf.Root.StructTreeRoot)
        wide = {"a4": 595, "us-letter": 612}[told["paper"]]
        assert {int(page.MediaBox[2]) for page in pdf.pages} == {wide}
        kinds.add((told["paper"], told["language"]))
    assert kinds == {("a4", "en"), ("us-letter", "en"), ("a4", "ru"), ("a4", "ar")}


def test_a_letter_in_a_batch_looks_as_it_does_alone(tmp_path: Path) -> None:
    for language, country in (("en", "US"), ("ru", "RU"), ("ar", "EG")):
        pair, folder = (letter(1, language, country), letter(2, language, country)), tmp_path / language
        written(folder, pair)
        (told,) = manifests(folder)
        pages = read_pages((folder / told["file"]).read_bytes())
        for one, row in zip(pair, told["letters"], strict=True):
            press = Press(words=LIBRARY.phrases)
            alone = read_pages(press.pdf(one.notice, sender="Bakery", code=row["code"]).content)
            here = pages[row["first_page"] - 1 : row["last_page"]]
            assert [page.words for page in here] == [page.words for page in alone]
            assert [page.places for page in here] == [page.places for page in alone]
            assert [page.bars for page in here] == [page.bars for page in alone]


def test_the_code_stands_above_the_address_where_a_window_shows_it(mixed: Path) -> None:
    for told in manifests(mixed):
        pdf = pikepdf.open(mixed / told["file"])
        page = pdf.pages[0]
        first = read_pages((mixed / told["file"]).read_bytes())[0]
        module = 0.254 * 72 / 25.4
        wide = (first.bars[-1][1] - first.bars[0][0]) / module
        assert round(wide) == 11 * 15 + 13
        high = float(page.MediaBox[3])
        stack = [(0.0, 0.0)]
        for one in pikepdf.parse_content_stream(page):
            act = str(one.operator)
            if act == "q":
                stack.append(stack[-1])
            elif act == "Q":
                stack.pop()
            elif act == "cm":
                across, up = float(one.operands[4]), float(one.operands[5])
                turned = float(one.operands[3]) < 0 and stack[-1] == (0.0, 0.0)
                stack[-1] = (across, high - up) if turned else (stack[-1][0] + across, stack[-1][1] + up)
            elif act == "h":
                break
        left, top = (place * 25.4 / 72 for place in stack[-1])
        assert left == pytest.approx(25, abs=0.5)
        assert 50 < top < 54  # 6 mm high, in a window from 45 to 90 mm, above an address that begins at 60


def test_the_same_letters_are_the_same_bytes_however_many_draw(mixed: Path, tmp_path: Path) -> None:
    written(tmp_path / "two", MIXED, most=2, workers=2)
    once, twice = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (mixed, tmp_path / "two"))
    assert once == twice
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "two").iterdir()} == {0o600}


def test_a_sign_that_no_font_has_puts_a_letter_apart_and_harms_no_other(mixed: Path, tmp_path: Path) -> None:
    strange = letter(90, name="Ada \u0378 北")
    done = written(tmp_path / "out", [MIXED[0], strange, MIXED[4]])
    assert (done.letters, done.set_aside) == (3, 0)
    sound, boxed = manifests(tmp_path / "out")
    whole = (tmp_path / "out" / sound["file"]).read_bytes()
    assert whole == (mixed / "letters-0001-a4-en.pdf").read_bytes()
    assert boxed["file"] == "letters-0002-a4-en-boxes.pdf"
    assert (boxed["standard"], boxed["tagged"]) == (None, True)
    (row,) = boxed["letters"]
    assert "U+0378" in row["boxes"]
    pdf = pikepdf.open(tmp_path / "out" / boxed["file"])
    assert bool(pdf.Root.MarkInfo.Marked)
    with pdf.open_metadata() as xmp:
        assert "pdfuaid:part" not in xmp


def test_a_letter_that_cannot_be_set_is_set_aside_and_harms_no_other(mixed: Path, tmp_path: Path) -> None:
    bad = [letter(90 + number) for number in range(2)]
    bad = [replace(one, notice=replace(one.notice, blocks=(*one.notice.blocks, Heading("x", level=0)))) for one in bad]
    done = written(tmp_path / "out", [bad[0], MIXED[0], bad[1], MIXED[4]])
    assert (done.letters, done.set_aside) == (2, 2)
    assert aside(tmp_path / "out") == {"row-90": ["undrawable"], "row-91": ["undrawable"]}
    (sound,) = manifests(tmp_path / "out")
    assert (tmp_path / "out" / sound["file"]).read_bytes() == (mixed / "letters-0001-a4-en.pdf").read_bytes()


def test_letters_that_must_not_go_are_set_aside_with_what_to_do(tmp_path: Path) -> None:
    good = letter(1)
    slot = Paragraph((Span("‹name of the recipient›", Kind.SLOT),))
    blank = Paragraph((Span("[our telephone]", Kind.BLANK),))
    stop = NoticeCheck("all.leak", Level.STOP, passed=False, en="x", ru="x")
    warn = NoticeCheck("all.words", Level.WARN, passed=False, en="x", ru="x")

    def spoilt(number: int, **changed: Any) -> Letter:
        one = letter(number)
        return replace(one, notice=replace(one.notice, **changed))

    letters = [
        good,
        good,
        replace(good, id='=cmd|"x"'),
        replace(good, id=""),
        spoilt(10, blocks=(*good.notice.blocks, slot)),
        spoilt(11, blocks=(*letter(11).notice.blocks, blank)),
        spoilt(12, checks=(stop,)),
        spoilt(13, checks=(warn,)),
        spoilt(14, language="../etc"),
        spoilt(15, blocks=(*letter(15).notice.blocks, *(Paragraph((Span("word " * 1_000),)),) * 50)),
        letter(16, address=("Musterstr. 5", "10115 Berlin\u202e")),
        letter(17, country="US", address=("1 Example Street", "Springfield, CA 90000")),
        replace(letter(18), address=("Other Street 1", "10115 Berlin")),
    ]
    done = written(tmp_path / "out", letters)
    assert aside(tmp_path / "out") == {
        "row-1": ["twice"],
        "'=cmd|\"x\"'": ["bad_id"],
        "''": ["bad_id"],
        "row-10": ["slot"],
        "row-11": ["blank"],
        "row-12": ["stopped"],
        "row-14": ["bad_language"],
        "row-15": ["too_large"],
        "row-16": ["hidden"],
        "row-17": ["no_country_line"],
        "row-18": ["other_address"],
    }
    (told,) = manifests(tmp_path / "out")
    assert [row["id"] for row in told["letters"]] == ["row-1", "row-13"]
    assert (done.letters, done.set_aside) == (2, 11)


def test_what_breaks_off_leaves_nothing_and_nothing_is_written_over(tmp_path: Path) -> None:
    def broken() -> Iterator[Letter]:
        yield from MIXED
        raise RuntimeError("the list ends here")

    with pytest.raises(RuntimeError, match="ends here"):
        written(tmp_path / "out", broken())
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "left.pdf").write_bytes(b"of a killed run")
    written(tmp_path / "out", [])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["index.json", "set-aside.jsonl"]
    with pytest.raises(BadBatches, match="already"):
        written(tmp_path / "out", MIXED)
    with pytest.raises(BadBatches, match="not 0"):
        written(tmp_path / "other", MIXED, most=0)


def test_only_the_batches_in_hand_are_held(tmp_path: Path) -> None:
    one, read, written_, ahead = letter(1), 0, 0, 0

    def endless() -> Iterator[Letter]:
        nonlocal read
        for number in range(60):
            read += 1
            yield replace(one, id=f"row-{number}")

    def told(batch: Batch) -> None:
        nonlocal written_, ahead
        ahead = max(ahead, read - written_)
        written_ += len(batch.letters)

    written(tmp_path / "out", endless(), most=5, told=told)
    assert written_ == 60
    assert ahead <= 5 * 4  # three in hand, and one that fills
