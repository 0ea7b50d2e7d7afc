"""report.html says what it was told, in words first, and nothing it was given can act in the page."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from breachdesk.law.shapes import Because, Question, Recipient, Verdict
from breachdesk.report import drafts
from breachdesk.report.page import file_name, render
from breachdesk.report.shapes import Ask, Check, DraftKind, JournalLine, Mark, Point
from breachdesk.scope.shapes import Field, Problem, Source, Status
from tests.report.bakery import NOW, QUESTIONS, RESIDENCES, account, duties, duty, people
from tests.report.reading import Node, read


@pytest.fixture(scope="module")
def english() -> Node:
    return read(render(account(), "en"))


@pytest.fixture(scope="module")
def russian() -> Node:
    return read(render(account("ru"), "ru"))


def rows(table: Node) -> list[list[str]]:
    return [[cell.text() for cell in row.all("th", "td")] for row in table.all("tr")]


def test_the_first_sentence_answers_what_happened(english, russian):
    assert english.all("h1")[0].text() == "Personal data was copied by an attacker between 11 and 19 November 2026."
    assert russian.all("h1")[0].text() == (
        "Злоумышленник скопировал персональные данные в период с 11 по 19 ноября 2026 года."
    )


def test_the_next_sentences_count_the_people_and_the_duties(english):
    said = english.id("answer").text()
    assert "2,072 people in 7 countries are affected" in said
    assert "payment card number ( 514 people)" in said
    assert "+ 37 bare names could not be tied to anything else" in said
    assert "9 duties are owed; 1 is overdue; the next is due Sat 21 Nov, 18:05 Moscow; 2 more depend" in said


def test_the_nearest_deadline_stands_large_in_both_ways_of_telling_time(english, russian):
    late = replace(account(), duties=replace(account().duties, duties=tuple(d for d in duties() if "gb." not in d.id)))
    (card,) = read(render(late, "en")).with_class("next")
    assert card.with_class("big")[0].text() == "in 5 h 12 min"
    assert "First notice to Roskomnadzor" in card.text()
    assert "Sat 21 Nov, 18:05 Moscow (15:05 UTC)" in card.text()
    (overdue,) = english.with_class("next")
    assert "late" in overdue.attributes["class"]
    assert overdue.with_class("big")[0].text() == "48 h late"
    (spaet,) = russian.with_class("next")
    assert spaet.with_class("big")[0].text() == "просрочено на 48 ч"
    assert "сб, 21 ноября, 18:05 (Москва) · 15:05 UTC" in spaet.text()


def test_what_hangs_on_a_missing_fact_is_never_the_next_deadline():
    one = duty("br.x", "Perhaps", verdict=Verdict.UNKNOWN, due=NOW)
    page = read(render(replace(account(), duties=replace(account().duties, duties=(one,))), "en"))
    assert page.with_class("next")[0].with_class("big")[0].text() == "No deadline with a date."


def test_every_duty_stands_there_once_with_citation_reasons_and_certainty(english):
    found = english.with_class("duty")
    assert {node.attributes["id"] for node in found} == {f"duty-{one.id}" for one in duties()}
    for one in duties():
        text = english.id(f"duty-{one.id}").text()
        for part in (one.title, one.citation, one.recipient.name, *one.sources, *one.content, *one.notes, one.penalty):
            assert part in text
    first = english.id("duty-ru.152fz.first").text()
    assert "aware Fri 20 Nov 18:05 Moscow" in first
    assert "verified: a public page that was read says it" in first
    assert "Compared with the law on 22 November 2026" in first
    assert "breach.personal_data yes eq true" in first


def test_duties_stand_by_due_time_within_their_verdict(english):
    ids = [node.attributes["id"] for node in english.id("duties").with_class("duty")]
    owed = sorted((d for d in duties() if d.verdict is Verdict.OWED and d.due), key=lambda d: (d.due, d.id))
    assert ids[: len(owed)] == [f"duty-{d.id}" for d in owed]
    assert ids.index("duty-eu.gdpr.art34") == len(owed)  # no date: after those that have one
    assert ids.index("duty-us.tx.ag") == len(ids) - 1  # not owed comes last


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        ({"min": 49, "max": 80}, "49–80"),
        ({"min": 1501, "max": 1501}, "1,501"),
        ({"min": 3, "max": None}, "3–…"),
        (["card", "health"], "card, health"),
        (None, "…"),
    ],
)
def test_a_fact_is_told_as_a_person_writes_it(value, said):
    one = duty("eu.x", "X", because=(Because("a.fact", value, "exists"),))
    page = read(render(replace(account(), duties=replace(account().duties, duties=(one,), questions=())), "en"))
    assert rows(page.id("duty-eu.x").all("table")[0])[1] == ["a.fact", said, "exists"]


def test_what_a_missing_fact_decides_stands_under_its_question(english):
    asked = english.id("questions").with_class("questions")[0]
    first, second = (node for node in asked.children if isinstance(node, Node))
    assert [node.attributes["id"] for node in first.with_class("duty")] == ["duty-br.lgpd.anpd", "duty-sg.pdpa.pdpc"]
    assert second.with_class("duty") == []
    assert second.with_class("also")[0].text() == "Also decides: Report to the ANPD (Brazil)"
    assert "They stand under the questions" in english.id("duties").text()


def test_what_a_missing_fact_may_put_before_the_next_deadline_is_said_beside_it():
    early = duty("ru.y", "Perhaps first", verdict=Verdict.UNKNOWN, due=NOW, missing=("data.encrypted",))
    question = replace(QUESTIONS[0], decides=("ru.y",), soonest_due=NOW)
    calm = tuple(d for d in duties() if "gb." not in d.id)
    found = replace(account().duties, duties=(*calm, early), questions=(question,))
    (beside,) = read(render(replace(account(), duties=found), "en")).with_class("perhaps")
    assert "Perhaps sooner: 1 duty that a missing fact decides" in beside.text()
    assert "Perhaps first" in beside.text()
    assert beside.all("a")[0].attributes["href"] == "#q-data.encrypted"


def test_places_where_nobody_is_known_to_live_are_counted_apart():
    far = duty(
        "my.x", "Far away", jurisdiction="MY", verdict=Verdict.UNKNOWN, due=NOW, missing=("people",), remote=True
    )
    question = replace(QUESTIONS[0], fact="people", decides=("my.x",) * 9, soonest_due=NOW)
    found = replace(account().duties, duties=(*duties(), far), questions=(question, *QUESTIONS))
    page = read(render(replace(account(), duties=found), "en"))
    assert "1 more only if somebody whose home is unknown lives in another place" in page.text()
    assert "left out: 1 duty of a place where nobody is known to live" in page.id("ladder").text()
    assert "Far away" not in page.id("ladder").text()
    assert not any("Far away" in one.text() for one in page.with_class("perhaps"))
    assert "Far away" in page.id("questions").text()
    assert page.id("questions").text().index("Far away") > page.id("questions").text().index(QUESTIONS[0].en)


def test_a_date_that_may_not_be_owed_is_past_but_not_late():
    one = duty("br.x", "Perhaps", verdict=Verdict.UNKNOWN, due=NOW - timedelta(hours=7), missing=("data.encrypted",))
    found = replace(account().duties, duties=(one,), questions=(replace(QUESTIONS[0], decides=("br.x",)),))
    row = read(render(replace(account(), duties=found), "en")).id("duty-br.x").text()
    assert "7 h ago" in row
    assert "late" not in row


def test_every_place_and_element_is_in_the_tables_with_its_number(english):
    places = rows(english.id("who").all("table")[0])[1:]
    assert [int(row[1].replace(",", "")) for row in places] == sorted(RESIDENCES.values(), reverse=True)
    assert ["California (US)", "402", "They must be told"] in places
    assert ["Singapore", "37", "Not owed, or no rule for this place on the shelf"] in places
    assert ["Residence unknown", "22", "Residence unknown: any law may apply"] in places
    kinds = rows(english.id("what").all("table")[0])[1:]
    assert {int(row[1].replace(",", "")) for row in kinds} == set(people().by_element.values())
    assert ["Health information", "98", "sensitive"] in kinds


def test_a_law_that_protects_everybody_reaches_people_of_every_place():
    everybody = replace(next(d for d in duties() if d.id == "eu.gdpr.art34"), people=sum(RESIDENCES.values()))
    found = replace(account().duties, duties=(everybody,), questions=())
    places = rows(read(render(replace(account(), duties=found), "en")).id("who").all("table")[0])[1:]
    asks = {row[0]: row[2] for row in places}
    assert asks["Germany"] == "They must be told"
    assert asks["Singapore"] == "They must be told by the law of another country"
    assert asks["Residence unknown"] == "Residence unknown: any law may apply"


def test_every_picture_says_its_finding_in_words(english, russian):
    for page in (english, russian):
        pictures = [svg for svg in page.all("svg") if "picture" in svg.attributes["class"]]
        assert len(pictures) == 9  # four drawn wide and narrow, and the scale
        for svg in pictures:
            assert svg.attributes["role"] == "img"
            title, finding = (page.id(svg.attributes[name]) for name in ("aria-labelledby", "aria-describedby"))
            assert (title.name, finding.name) == ("title", "desc")
            assert title.text()
            assert len(finding.text().split()) >= 5
        assert all(svg.attributes.get("aria-hidden") == "true" for svg in page.all("svg") if svg not in pictures)
    said = " ".join(node.text() for node in english.all("desc"))
    for finding in (
        "8 duties with a date, from Thu",
        "One of them is overdue.",
        "Germany: 611 people, the most of 11.",
        "1,493 people must be told.",
        "The severest kind lost: sensitive, 98 people.",
        "6 sources, 7,293 records; 1 read partly, 1 unreadable.",
        "3.25 of 6, in the band “High”.",
    ):
        assert finding in said.replace("\u00a0", " ")


def test_the_legend_explains_only_what_is_drawn(english):
    assert "bar: people concerned" in english.id("ladder").text()
    bare = tuple(replace(d, people=None) for d in duties() if d.verdict is Verdict.OWED and "gb." not in d.id)
    page = read(render(replace(account(), duties=replace(account().duties, duties=bare)), "en"))
    legend = page.id("ladder").all("figcaption")[0].text()
    assert "bar:" not in legend
    assert "overdue" not in legend
    assert "owed" in legend


def test_questions_stand_by_the_number_of_duties_they_decide(english, russian):
    asked = [node.text() for node in english.with_class("ask")]
    assert asked == [QUESTIONS[1].en, QUESTIONS[0].en]
    assert "decides 2 duties" in english.id("questions").text()
    assert "risk.serious_harm: unlikely | possible | likely" in english.id("questions").text()
    assert [node.text() for node in russian.with_class("ask")] == [QUESTIONS[1].ru, QUESTIONS[0].ru]


def test_each_source_says_how_far_it_was_read_and_what_to_do(english):
    table = rows(english.id("sources").all("table")[0])
    assert ["old.zip", "zip", "not readable", "0", "", "nothing personal"] in table
    assert [
        "shop.sql/customers",
        "sql",
        "read",
        "1,804",
        "1,804",
        "E-mail address, Phone number, Postal address",
    ] in table
    told = english.with_class("problems")[0].text()
    assert "old.zip" in told
    assert "protected by a password" in told
    assert "→ " in told
    assert "2 sources need your attention; 4 were read whole." in english.id("sources").text()


def test_numbers_carry_their_certainty(english):
    weak = [node.text() for node in english.id("sources").with_class("estimated")]
    assert weak == ["≈ 1,790"]  # a field recognised with 71 %
    assert "+ 37" in [node.text() for node in english.id("unsure").with_class("possible")]


def test_drafts_say_what_failed_and_what_only_a_human_can_say(english):
    text = english.id("drafts").text()
    assert "1 check failed" in text
    assert "Grade: grade 9.1, at most 8" in text
    assert "waits for 1 thing only you can say" in text
    assert "A phone number for questions" in english.id("asks").text()
    hrefs = [node.attributes["href"] for node in english.id("drafts").all("a")]
    assert "notices/us-ca-1/en.pdf" in hrefs


def test_drafts_are_counted_by_what_they_wait_for(english):
    said = english.id("drafts").text()
    assert "In the pack: 1 filing to an authority, 1 notice to affected people." in said
    assert "0 are ready for review; 1 waits for something only you can say; 1 failed a check." in said
    assert "Nothing has been sent to anybody." in said
    passed = tuple(replace(d, checks=(Check({"en": "x"}, Mark.PASSED),)) for d in account().drafts)
    ready = read(render(replace(account(), drafts=passed), "en"))
    assert "2 are ready for review." in ready.id("drafts").text()
    assert "0 of 2,072 people. 2 drafts are ready for review." in ready.with_class("brief")[0].text()


def test_of_many_thousand_drafts_the_page_shows_what_fits_and_names_the_folder():
    letter = next(draft for draft in account().drafts if draft.kind is DraftKind.NOTICE)
    many = tuple(replace(letter, path=f"notices/{n}/en.html", people=n) for n in range(1200))
    page = read(render(replace(account(), drafts=many), "en")).id("drafts")
    assert len(page.all("tr")) == drafts.MOST + 2  # two tables, each with its head
    assert "1,000 more lie in the folder: notices/" in page.text()
    assert page.all("a")[0].attributes["href"] == "notices/1199/en.html"  # the most people first


def test_the_same_ask_stands_once_with_every_draft_that_waits_for_it():
    phone, paths = {"en": "A phone number"}, [draft.path for draft in account().drafts]
    asks = (Ask("letter.phone", phone, 1, "organisation.phone", (paths[0],)),
            Ask("x", {"en": "Something else"}, 1),
            Ask("filing.phone", phone, 1, "organisation.phone", (paths[1], paths[0])))  # fmt: skip
    page = read(render(replace(account(), asks=asks), "en"))
    told = page.id("asks")
    assert "2 things cannot be read from evidence" in told.text()
    first = told.with_class("asks")[0].all("li")[0]
    assert [link.attributes["href"] for link in first.all("a")] == paths
    assert "in 2 drafts" in first.text()
    assert told.text().count("A phone number") == 1


def test_what_is_only_to_be_looked_at_folds_away_below_the_blanks():
    asks = (*(Ask(f"k{n}", {"en": f"Blank {n}"}, 1) for n in range(20)), Ask("r", {"en": "Right?"}, 9, confirm=True))
    told = read(render(replace(account(), asks=asks, duties=None, sources=()), "en"))
    part = told.id("asks")
    assert "20 things cannot be read from evidence" in part.text()
    folds = [node.all("summary")[0].text() for node in part.all("details")]
    assert folds == ["8 more things", "1 address to look at before anything is sent"]
    assert told.with_class("button")[0].text() == "Fill in 20 things only you can say"
    only = read(render(replace(account(), asks=asks[-1:]), "en")).id("asks").text()
    assert "Nothing is missing." in only


def test_severity_and_risk_explain_themselves_and_a_human_decides(english):
    text = english.id("severity").text()
    for part in (
        "High: 3.25",
        "Financial data: 3",
        "Cards with expiry",
        "A proposal. A human decides",
        "not decided yet",
    ):
        assert part in text


def test_who_decided_otherwise_stands_beside_the_proposal():
    weight = replace(
        account().weight,
        decided={"risk.gdpr": "risk"},
        decided_by={"risk.gdpr": "A. Meier, 2026-11-20: the cards had expired"},
        differs=("risk.gdpr",),
        factors=(
            Point({"en": "Copied out", "ru": "Скопированы"}, "higher", "breach.exfiltration", "OPC", weighed=False),
        ),
    )
    text = read(render(replace(account(), weight=weight), "en")).id("severity").text()
    assert "(A. Meier, 2026-11-20: the cards had expired)" in text
    assert "The decision differs from the proposal; the decision stands." in text
    assert "Copied out (not in the number)" in text
    assert "differs" not in read(render(account(), "en")).id("severity").text()


def test_an_unfinished_pack_says_so_first_and_says_at_which_stage():
    page = read(render(replace(account(), unfinished="notices", command="breachdesk assess x"), "en"))
    told = page.id("unfinished").text()
    assert "at the stage “drafting the notices”" in told
    assert "breachdesk assess x" in told
    assert "Still to come: drafting the filings, writing the calendar," in told
    assert page.with_class("button")[0].text() == "Run the same command again"
    text = render(account(), "en")
    assert 'id="unfinished"' not in text


def test_the_page_can_be_written_before_anything_is_known():
    bare = replace(
        account(),
        unfinished="scope",
        sources=(),
        people=None,
        cohorts=(),
        duties=None,
        weight=None,
        drafts=(),
        asks=(),
        journal=None,
        files=(),
    )
    said = {
        "en": {
            "next": "Not worked out yet.",
            "line": "Deadlines are not worked out yet",
            "unsure": "Not known before the work is finished.",
        },
        "ru": {
            "next": "Ещё не рассчитан.",
            "line": "Сроки ещё не рассчитаны",
            "unsure": "Станет известно, когда работа будет закончена.",
        },
    }
    for language, words in said.items():
        page = read(render(bare, language))
        assert page.id("unfinished")
        assert page.with_class("big")[0].text() == words["next"]
        assert page.with_class("what")[0].text() == words["line"]
        assert page.id("unsure").all("p")[0].text() == words["unsure"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_empty_state_says_what_it_means_and_what_to_do(language):
    nobody = replace(people(), count=0, name_only=0, minors=0, by_source={}, by_residence={}, by_element={})
    none_owed = tuple(replace(d, verdict=Verdict.NOT_OWED) for d in duties())
    unread = tuple(replace(s, status=Status.UNREADABLE) for s in account().sources)
    page = read(
        render(
            replace(
                account(),
                people=nobody,
                cohorts=(),
                duties=replace(account().duties, duties=none_owed, questions=()),
                sources=unread,
                drafts=(),
            ),
            language,
        )
    )
    wanted = {
        "en": {"who": "could not be read may hold them", "what": "No personal data", "duties": "Keep this page",
               "sources": "Nothing could be read", "drafts": "nobody has to be told", "questions": "No missing fact"},
        "ru": {"who": "посмотрите источники", "what": "не обнаружено", "duties": "Сохраните эту страницу",
               "sources": "Прочитать не удалось ничего", "drafts": "извещать никого не нужно",
               "questions": "Недостающих фактов"},
    }  # fmt: skip
    for section, words in wanted[language].items():
        assert words in page.id(section).text(), section


HOSTILE = "</style><script>alert(1)</script>\u202ecod.exe\u0000\x1b[31m{{7*7}}<img src=x onerror=alert(1)>\"'"


LONG = "ВесьмаДлинноеНазваниеБезПробелов" * 200


def hostile_account():
    """Every text that comes from evidence, from the sheet or from a pack of somebody else is hostile, or very long."""
    texts = {"en": HOSTILE, "ru": HOSTILE}
    fields = [Field(HOSTILE, "email", 5, 0.9, HOSTILE, HOSTILE), Field(LONG, HOSTILE, 5, 0.5, LONG, LONG)]
    sources = (
        Source(HOSTILE, HOSTILE, 5, 10, Status.PARTLY, [Problem(HOSTILE, HOSTILE, HOSTILE)], fields),
        Source(LONG, LONG, 5, 10, Status.UNREADABLE, [Problem("encrypted", LONG, LONG)], []),
    )
    evil = duty(
        "x",
        HOSTILE,
        standard=HOSTILE,
        notes=(HOSTILE, LONG),
        content=(HOSTILE,),
        citation=HOSTILE,
        sources=(HOSTILE, LONG),
        checked_on=HOSTILE,
        penalty=HOSTILE,
        because=(Because(HOSTILE, HOSTILE, HOSTILE), Because("organisation.name", LONG, LONG)),
        recipient=Recipient("authority", HOSTILE, HOSTILE),
    )
    open_ = duty("y", LONG, verdict=Verdict.UNKNOWN, due=NOW, missing=("z",), recipient=Recipient("authority", LONG))
    question = Question("z", HOSTILE, LONG, ("y",), NOW)
    draft = replace(account().drafts[0], title=texts, checks=(Check(texts, Mark.FAILED, {"en": LONG, "ru": LONG}),))
    point = Point(texts, "higher", HOSTILE, LONG)
    found = people()
    return replace(
        account(),
        case=HOSTILE,
        command=HOSTILE,
        facts_file=LONG,
        unfinished="scope",
        sources=sources,
        people=replace(found, by_element={**found.by_element, HOSTILE: 9, LONG: 8}, by_source={HOSTILE: 5}),
        duties=replace(account().duties, duties=(evil, open_), questions=(question,), pack_version=HOSTILE),
        answers={"z": (HOSTILE, LONG)},
        weight=replace(account().weight, steps=(point,), factors=(point,), missing=(HOSTILE, LONG), method=HOSTILE),
        drafts=(draft,),
        asks=(Ask("x", texts, 1, HOSTILE), Ask("y", {"en": LONG}, 1, LONG)),
        journal=JournalLine(1, HOSTILE, LONG, True),
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_from_evidence_acts_or_hides_in_the_page(language):
    html = render(hostile_account(), language)
    page = read(html)
    assert page.all("script", "img", "iframe", "object", "embed", "link", "form", "base") == []
    assert not [name for node in page.all() for name in node.attributes if name.startswith("on")]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u200b\ufeff]", html)
    assert "⟨U+202E⟩cod.exe⟨U+0000⟩" in page.text()
    assert "{{7*7}}" in page.id("sources").text()


@pytest.mark.parametrize(("language", "live"), [("en", False), ("ru", True)])
def test_the_page_loads_nothing_and_only_its_own_style_and_script_may_run(language, live):
    page = read(render(replace(account(language), live=live), language))
    (policy,) = [
        node.attributes["content"]
        for node in page.all("meta")
        if node.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none';")
    run = [node for node in page.all("script") if "type" not in node.attributes]
    assert len(run) == live
    for node in [*page.all("style"), *run]:
        digest = base64.b64encode(hashlib.sha256("".join(node.children).encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not [node for node in page.all() if "src" in node.attributes or "style" in node.attributes]
    for node in page.all("a"):
        assert not re.match(r"[a-z]+:|//", node.attributes["href"]), "only parts of the page and files of the pack"
    assert "url(" not in "".join(page.all("style")[0].children)


def test_headings_go_down_one_step_at_a_time_and_tables_have_heads(english, russian):
    for page, language in ((english, "en"), (russian, "ru")):
        assert page.all("html")[0].attributes["lang"] == language
        levels = [int(node.name[1]) for node in page.all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        for table in page.all("table"):
            assert table.all("caption")[0].text()
            assert all(cell.attributes.get("scope") in ("col", "row") for cell in table.all("th"))
            assert table.all("thead")
        ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
        assert len(ids) == len(set(ids))
        targets = {node.attributes["href"][1:] for node in page.all("a") if node.attributes["href"].startswith("#")}
        assert targets <= set(ids)


def test_the_languages_are_linked_with_each_other(english, russian):
    assert file_name("en") == "report.html"
    assert file_name("ru") == "report.ru.html"
    assert "report.ru.html" in [node.attributes["href"] for node in english.all("a")]
    assert "report.html" in [node.attributes["href"] for node in russian.all("a")]


def test_no_english_sentence_of_ours_is_left_in_the_russian_page(russian):
    from breachdesk.ground.shelf import our_shelf
    from breachdesk.report.words import read as words_of

    english_words, text = words_of(our_shelf(), "en"), russian.text()
    same = [
        key
        for key, saying in english_words.sayings.items()
        if isinstance(saying, str) and len(saying) > 12 and "{" not in saying and saying in text
    ]
    assert same == []


def test_red_is_only_where_a_person_must_act():
    calm = tuple(d for d in duties() if d.id in ("eu.gdpr.art33", "eu.gdpr.record"))
    quiet = replace(
        account(),
        duties=replace(account().duties, duties=calm, questions=()),
        sources=tuple(s for s in account().sources if s.status is Status.READ),
        drafts=account().drafts[:1],
    )
    page = read(render(quiet, "en"))
    for look in ("late", "unread", "strike", "unreadable", "check-failed"):
        assert page.with_class(look) == [], look
