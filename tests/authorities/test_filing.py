"""Filings: the form's fields in the form's order, answered, or said to be not yet known as the law allows."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from breachdesk.authorities.filing import file
from breachdesk.authorities.forms import load_forms
from breachdesk.authorities.shapes import Filing, Receipt, State
from breachdesk.ground.shelf import our_shelf
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import read_organisation
from breachdesk.notify.shapes import AskKind
from breachdesk.scope.shapes import Cohort
from tests.notify.bakery import AT, FACTS, SAID, duty, organisation

FORMS = load_forms(our_shelf())
PEOPLE = (
    Cohort("DE", frozenset({"name", "email", "health"}), "de", "yes", 40),
    Cohort("FR", frozenset({"name"}), "fr", "unknown", 7),
    Cohort("RU", frozenset({"name", "gov_id.ru.passport"}), "ru", "no", 1234),
    Cohort("US-CA", frozenset({"name", "gov_id.us.ssn"}), "en", "no", 612),
    Cohort("US-TX", frozenset({"name", "bank.account"}), "en", "no", 300),
    Cohort("US-MA", frozenset({"name", "bank.account"}), "en", "no", 3),
)
SUMMARY = {"format": "breachdesk.scope/1", "sources": [{"source": "shop.sql/users", "records": 2000}]}
ORDERED = {
    "US-CA.ag": ("US-CA", ["name", "period", "discovered", "told", "held", "what_happened", "kinds"]),
    "US-NY.ag": ("US-NY", ["name", "kind", "address", "contact", "count", "total", "period", "discovered"]),
    "US-TX.ag": ("US-TX", ["name", "kind", "address", "contact", "what_happened", "kinds", "count", "already_told"]),
    "US-MA.ag": ("US-MA", ["name", "address", "reporter", "kind", "nature", "period", "discovered", "count"]),
    "US-FL.ag": ("US-FL", ["name", "kind", "address", "contact", "synopsis", "count", "services", "told"]),
    "US-WA.ag": ("US-WA", ["name", "kind", "address", "contact", "count", "kinds", "period", "discovered", "measures"]),
    "US-IL.ag": ("US-IL", ["name", "kind", "address", "contact", "nature", "kinds", "count", "measures", "period"]),
    "eu-gdpr-33-sa": ("EU", ["type", "number", "controller", "address", "sector", "dpo", "contact", "processor"]),
    "ru-152-21-31-primary": ("RU", ["operator", "operator_short", "inn", "ogrn", "address", "email"]),
    "gb-ukgdpr-33": ("GB", ["type", "controller", "address", "kind", "role", "dpo", "contact", "aware", "late"]),
    "br-lgpd-48": ("BR", ["controller", "address", "small_agent", "dpo", "processor", "period", "aware", "late"]),
    "sg-pdpa-pdpc": ("SG", ["name", "contact", "aware", "how_found", "course", "assessed", "period"]),
    "au-ndb-oaic": ("AU", ["name", "address", "contact", "description", "period", "discovered", "kinds"]),
    "eu-dora-initial": ("EU", ["f1_1", "f1_2", "f1_3"]),
    "eu-dora-intermediate": ("EU", ["f1_1", "f1_2"]),
    "eu-dora-final": ("EU", ["f1_1", "f1_2"]),
    "eu-nis2-early": ("EU", ["name", "sector", "contact"]),
    "eu-nis2-notification": ("EU", ["name", "sector", "contact", "number"]),
    "eu-nis2-final": ("EU", ["name", "sector", "contact", "number"]),
    "US-FED.sec_8k.filing": ("US", ["registrant", "file_number"]),
    "US-FED.safeguards.ftc": ("US", ["name", "kinds", "period", "count"]),
    "jp-appi-prelim": ("JP", ["name", "address", "representative"]),
    "jp-appi-final": ("JP", ["number", "name", "address"]),
    "kr-pipa-pipc": ("KR", ["name", "told", "items"]),
    "ca-pipeda-opc": ("CA", ["type", "number", "name"]),
    "ca-qc-law25": ("CA-QC", ["type", "number", "name", "neq"]),
    "US-ME.ag": ("US-ME", ["kind", "name", "address", "contact", "total", "count"]),
    "US-VT.ag": ("US-VT", ["name", "address", "contact", "period", "discovered"]),
    "US-VT.ag/consumer notice": ("US-VT", ["name", "contact", "number", "count"]),
    "US-IN.ag": ("US-IN", ["name", "address", "contact", "period"]),
    "US-NC.ag": ("US-NC", ["name", "kind", "address", "contact", "period"]),
    "US-FED.hipaa.hhs_500": ("US", ["type", "entity", "kind", "address", "contact", "associate", "count", "period"]),
    "ru-152-21-31-final": ("RU", ["first_number", "first_key", "operator", "operator_short", "inn", "decision_number"]),
}


def filing(
    ref: str,
    facts: dict[str, Any] = FACTS,
    *,
    people: tuple[Cohort, ...] = PEOPLE,
    receipts: tuple[Receipt, ...] = (),
    **of_duty: Any,
) -> Filing:
    owed = duty(ref, ORDERED[ref][0], **of_duty)
    form = FORMS.for_duty(owed, facts.get("entity.main_establishment", ""))
    assert form is not None
    return file(
        owed,
        form,
        forms=FORMS,
        library=our_library(),
        organisation=read_organisation(facts),
        facts=facts,
        cohorts=people,
        summary=SUMMARY,
        at=AT,
        receipts=receipts,
    )


def field(made: Filing, name: str) -> Any:
    return next(one for one in made.fields if one.id == name)


@pytest.mark.parametrize("ref", ORDERED)
def test_fields_stand_in_the_order_of_the_form(ref: str) -> None:
    assert [one.id for one in filing(ref).fields][: len(ORDERED[ref][1])] == ORDERED[ref][1]


@pytest.mark.parametrize("ref", ORDERED)
def test_nothing_known_means_nothing_answered_and_everything_required_asked(ref: str) -> None:
    empty = filing(ref, {"organisation": {}}, people=())
    told = {State.ANSWERED, State.ESTIMATED}
    assert [one.id for one in empty.fields if one.state in told] in (
        *([], ["type"], ["records"], ["type", "records"], ["f1_1"]),
    )
    asked = {ask.id for ask in empty.asks}
    for one in empty.fields:
        if one.state is State.NOT_YET_KNOWN:
            assert set(one.facts) <= asked
            assert one.value or not one.required


ABROAD = {key: value for key, value in FACTS.items() if key != "entity.main_establishment"}


SWEDEN = {**FACTS, "entity.main_establishment": "SE"}  # a country whose form is the common one


def test_whoever_is_established_in_the_eea_counts_people_everywhere() -> None:
    made = filing("eu-gdpr-33-sa", SWEDEN)
    assert field(made, "subjects_count").value == "2,196"
    assert field(made, "residents").value == "47"
    assert field(made, "main_establishment").value == "Sweden"
    moscow = {**ABROAD, "entity.establishments": ["RU"]}
    assert field(filing("ru-152-21-31-primary", moscow), "subjects_count").value == "2 196"


def test_from_abroad_the_gdpr_counts_the_eea_alone_and_every_kind_apart() -> None:
    made = filing("eu-gdpr-33-sa", ABROAD)
    assert field(made, "subjects_count").value == "47"
    assert field(made, "subjects_count").state is State.ESTIMATED
    assert field(made, "kinds").rows == (("Name", "47"), ("E-mail address", "40"), ("Health information", "40"))
    assert field(made, "special").value == "Health information"
    assert field(made, "minors").value == "40 (age not known for 7 people)"
    assert field(made, "records").value == "2,000"
    assert ("Russia", "1,234") in field(made, "cross_border").rows
    assert field(made, "nature").value == "confidentiality"


@pytest.mark.parametrize(
    ("main", "authority", "language"), [("FR", "CNIL", "fr"), ("PL", "Prezes Urzędu", "pl"), ("DE", "Land", "de")]
)
def test_the_authority_of_the_main_establishment_takes_it_with_its_language_said(
    main: str, authority: str, language: str
) -> None:
    made = filing("eu-gdpr-33-sa", {**FACTS, "entity.main_establishment": main})
    assert authority in made.authority
    assert made.url.startswith("https://")
    assert language in made.notes[0]


def test_every_country_of_the_eea_has_an_authority_with_its_languages_and_address() -> None:
    assert set(FORMS.authorities) == set(our_library().advice.rules.groups["EU"])
    for place, row in FORMS.authorities.items():
        made = filing("eu-gdpr-33-sa", {**FACTS, "entity.main_establishment": place})
        assert (made.authority, made.url) == (row.name, row.url)
        assert made.url.startswith("https://")
        assert all(re.fullmatch("[a-z]{2}", language) for language in row.languages)


def test_without_a_main_establishment_the_duty_names_the_authority() -> None:
    made = filing("eu-gdpr-33-sa", {k: v for k, v in FACTS.items() if k != "entity.main_establishment"})
    assert made.authority == "An authority"


def test_gdpr_is_initial_while_something_required_is_open_and_complete_after() -> None:
    assert field(filing("eu-gdpr-33-sa"), "type").value.startswith("Initial")
    whole = {**SAID, "privacy_contact": SAID["contact"], "subjects": "Customers", "records": 5, "consequences": "Fraud"}
    assert field(filing("eu-gdpr-33-sa", {**SWEDEN, "organisation": whole}), "type").value == "Complete"


def test_what_is_not_known_is_said_in_the_words_of_each_law() -> None:
    assert "Article 33(4)" in field(filing("eu-gdpr-33-sa"), "subjects").value
    assert "в течение 72 часов" in field(filing("ru-152-21-31-primary"), "cause").value
    assert field(filing("US-TX.ag"), "already_told").value == "Unknown at this time. We will update this notice."


@pytest.mark.parametrize(
    ("main", "form"),
    [
        *(("FR", "fr-cnil"), ("ES", "es-aepd"), ("DE", "de-laender"), ("IT", "it-garante"), ("NL", "nl-ap")),
        *(("IE", "ie-dpc"), ("PL", "pl-uodo"), ("SE", "gdpr-art33"), ("US", "gdpr-art33")),
    ],
)
def test_the_form_of_the_country_of_the_main_establishment_holds_all_of_article_33(main: str, form: str) -> None:
    made = filing("eu-gdpr-33-sa", {**FACTS, "entity.main_establishment": main})
    assert made.form == form
    cited = {one.citation for one in made.fields}
    assert {f"Art. 33{part}" for part in ("(1)", "(3)(a)", "(3)(b)", "(3)(c)", "(3)(d)", "(4)")} <= cited
    answered = {"subjects", "kinds", "records", "dpo", "consequences", "measures", "late", "nature"}
    assert answered <= {one.id for one in made.fields}


# What each law itself lists, and the fields that answer it.
_ARTICLE_33 = "nature subjects subjects_count kinds records dpo consequences measures late"  # (3)(a) to (d), (1)
CONTENT = {
    "eu-gdpr-33-sa": "nature subjects count kinds records dpo consequences measures late",
    "gb-ukgdpr-33": _ARTICLE_33,
    # order 187 of Roskomnadzor: the incident, the database, causes, harm, measures, who speaks; then what was found
    "ru-152-21-31-primary": "detected kinds records cause consequences measures contact inn address email",
    "ru-152-21-31-final": "first_number decision_number decision_date cause consequences measures responsible",
    "US-CA.ag": "name period told held kinds",
    "US-NY.ag": "told how_told count",
    "US-TX.ag": "what_happened kinds count already_told measures planned police",
    "US-MA.ag": "nature count name address reporter kind responsible kinds wisp wisp_update",
    "US-FL.ag": "synopsis count services told contact",
    "US-WA.ag": "count kinds period discovered measures",
    "US-IL.ag": "nature count measures period",
    "US-FED.hipaa.hhs_500": "count period discovered nature location kinds safeguards told measures",
    # Res. CD/ANPD 15/2024 Art. 6
    "br-lgpd-48": "kinds count minors elderly safeguards measures consequences late period aware dpo controller"
    " small_agent processor description cause all_people",
    # Notification of Data Breaches Regulations 2021, reg. 5
    "sg-pdpa-pdpc": "aware how_found course what_happened count kinds consequences measures told advice contact late",
    # Implementing Regulation (EU) 2025/302 Annex I: fields that stand in each report
    "eu-dora-initial": "f1_1 f1_2 f1_3 f1_4 f1_7 f1_15 f2_1 f2_2 f2_3 f2_4 f2_5 f2_7 f2_8 f2_9",
    "eu-dora-intermediate": "f3_1 f3_2 f3_4 f3_9 f3_13 f3_15 f3_18 f3_20 f3_23 f3_25 f3_27 f3_28 f3_30 f3_31 f3_33",
    "eu-dora-final": "f4_1 f4_5 f4_6 f4_7 f4_8 f4_11 f4_13 f4_24 f4_25",
    # Directive (EU) 2022/2555 Art. 23(4)
    "eu-nis2-early": "malicious cross_border",
    "eu-nis2-notification": "what_happened severity indicators",
    "eu-nis2-final": "what_happened severity cause measures cross_border",
    # Form 8-K Item 1.05(a): nature, scope, timing, impact
    "US-FED.sec_8k.filing": "nature scope timing impact determined",
    # 16 CFR 314.4(j)(1)
    "US-FED.safeguards.ftc": "name kinds period count what_happened police",
    # Enforcement Rules of the APPI Art. 8(1)
    "jp-appi-prelim": "outline items count cause secondary principals publication recurrence other",
    "jp-appi-final": "outline items count cause secondary principals publication recurrence other",
    # PIPA Art. 34(1)
    "kr-pipa-pipc": "items when advice response department",
    # SOR/2018-64 s. 2(1)
    "ca-pipeda-opc": "circumstances cause period kinds canada reduce told contact",
    # Regulation respecting confidentiality incidents s. 3
    "ca-qc-law25": "name neq contact kinds circumstances period aware total quebec harm told measures others",
    "US-ME.ag": "count total period discovered kinds copy services",
    "US-VT.ag": "period discovered what_happened",
    "US-VT.ag/consumer notice": "count copy",
    "US-IN.ag": "name period discovered told count total kinds",
    "US-NC.ag": "nature count investigate told",
    # Privacy Act s 26WK(3)
    "au-ndb-oaic": "name address contact description kinds advice",
}


@pytest.mark.parametrize("ref", CONTENT)
def test_the_form_asks_all_that_the_law_lists(ref: str) -> None:
    assert set(CONTENT[ref].split()) <= {one.id for one in filing(ref).fields}


@pytest.mark.parametrize("ref", ORDERED)
def test_a_filing_speaks_of_people_and_never_to_them(ref: str) -> None:
    lost = frozenset(our_library().vocabulary.elements)
    people = tuple(replace(one, elements=lost) for one in PEOPLE)
    for one in filing(ref, people=people).fields:
        if one.id != "advice":
            assert not re.search(r"\b(you|your|вы|вас|вам|ваш\w*)\b", one.value, re.IGNORECASE), (one.id, one.value)


def test_singapore_is_told_the_course_of_things_in_order() -> None:
    lines = field(filing("sg-pdpa-pdpc"), "course").value.splitlines()
    assert lines[0] == "11 November 2026: the breach began."
    assert lines[-1].endswith("the organisation knew that personal data was concerned.")
    assert len(lines) == 4


def test_australia_is_told_the_very_steps_of_its_letters() -> None:
    lost = (Cohort("AU", frozenset({"name", "card.number"}), "en", "no", 9),)
    assert "Call the number on the back of your card" in field(filing("au-ndb-oaic", people=lost), "advice").value


def test_the_russian_law_has_its_own_special_categories() -> None:
    lost = (Cohort("RU", frozenset({"health", "union", "insurance.health"}), "ru", "no", 9),)
    assert field(filing("ru-152-21-31-primary", people=lost), "special").value == "Сведения о здоровье"
    assert "Членство в профсоюзе" in field(filing("ru-152-21-31-primary", people=lost), "kinds").value


def test_what_only_a_human_can_vouch_for_is_drafted_and_never_given() -> None:
    said = {**FACTS, "organisation": {**SAID, "police": {"told": True, "agency": "Police of Springfield"}}}
    police = field(filing("US-TX.ag", said), "police")
    assert (police.value, police.state) == ("reported to the police: Police of Springfield", State.CONFIRM)
    lost = (Cohort("US-MA", frozenset({"gov_id.us.ssn"}), "en", "no", 3),)
    ocabr = duty("US-MA.ocabr", "US-MA")
    form = FORMS.for_duty(ocabr)
    assert form is not None
    made = file(
        ocabr,
        form,
        forms=FORMS,
        library=our_library(),
        organisation=organisation(),
        facts=FACTS,
        cohorts=lost,
        summary={},
        at=AT,
    )
    assert field(made, "certify").state is State.CONFIRM


def test_without_a_contact_the_privacy_contact_is_proposed() -> None:
    said = {**SAID, "contact": None, "privacy_contact": {"name": "Ada Example", "phone": "+49 30 555 0101"}}
    contact = field(filing("US-CA.ag", {**FACTS, "organisation": said}), "contact")
    assert (contact.value, contact.state) == ("Ada Example, +49 30 555 0101", State.CONFIRM)


def test_who_one_is_can_never_be_unknown_to_oneself() -> None:
    assert field(filing("ru-152-21-31-primary"), "inn").value == "[ИНН]"
    assert field(filing("ru-152-21-31-final"), "first_key").value == "[ключ первичного уведомления]"


def test_roskomnadzor_reads_russian_and_moscow_time() -> None:
    made = filing("ru-152-21-31-primary")
    assert made.language == "ru"
    assert field(made, "detected").value == "19 ноября 2026 года, 23:40 (московское время)"
    assert field(made, "subjects_count").value == "1 234"
    assert field(made, "operator").value == "ООО «Пекарня Север»"
    english = [
        one.id for one in made.fields if one.value and one.value.isascii() and any(c.isalpha() for c in one.value)
    ]
    assert set(english) <= {"email", "contact"}


def test_a_state_counts_what_its_duty_counted() -> None:
    assert field(filing("US-CA.ag", people=PEOPLE), "count").value == "612"
    made = filing("US-CA.ag", people=PEOPLE)
    assert field(made, "total").value == f"{sum(one.count for one in PEOPLE):,}"
    owed = duty("US-CA.ag", "US-CA", people=600)
    form = FORMS.for_duty(owed)
    assert form is not None
    counted = file(
        owed,
        form,
        forms=FORMS,
        library=our_library(),
        organisation=organisation(),
        facts=FACTS,
        cohorts=PEOPLE,
        summary={},
        at=AT,
    )
    assert field(counted, "count").value == "600"


def test_monitoring_is_asked_in_massachusetts_only_when_an_identity_number_was_lost() -> None:
    assert "services" not in [one.id for one in filing("US-MA.ag").fields]
    lost = (Cohort("US-MA", frozenset({"gov_id.us.ssn"}), "en", "no", 3),)
    assert field(filing("US-MA.ag", people=lost), "services").value == "Example Watch, 24 months"


def test_a_reason_for_delay_is_asked_only_when_late() -> None:
    late = filing("eu-gdpr-33-sa", due=datetime(2026, 11, 20, tzinfo=UTC))
    assert field(late, "late").state is State.NOT_YET_KNOWN
    assert "organisation.delay_reason" in {ask.id for ask in late.asks}
    assert field(filing("eu-gdpr-33-sa", due=datetime(2026, 11, 23, tzinfo=UTC)), "late").state is State.NOT_APPLICABLE


def test_drafted_consequences_must_be_agreed_to_and_said_ones_stand() -> None:
    drafted = filing("eu-gdpr-33-sa")
    assert field(drafted, "consequences").state is State.CONFIRM
    assert [ask.kind for ask in drafted.asks if ask.id == "organisation.consequences"] == [AskKind.CONFIRM]
    said = {**FACTS, "organisation": {**SAID, "consequences": {"en": "Fraud by mail."}}}
    assert field(filing("eu-gdpr-33-sa", said), "consequences").value == "Fraud by mail."


def test_what_was_said_in_one_language_only_is_asked_for_in_the_other() -> None:
    said = {**FACTS, "organisation": {**SAID, "cause": {"en": "A hole."}}}
    made = filing("ru-152-21-31-primary", said)
    assert field(made, "cause").state is State.NOT_YET_KNOWN
    assert "organisation.cause.ru" in {ask.id for ask in made.asks}


def test_an_exact_ref_goes_before_a_pattern_and_a_stranger_finds_no_form() -> None:
    assert FORMS.for_duty(duty("xx-stranger", "JP")) is None
    found = FORMS.for_duty(duty("ru-152-21-31-final", "RU"))
    assert found is not None
    assert found.id == "ru-rkn-second"
    patterned = replace(FORMS, forms=tuple(replace_refs(form) for form in FORMS.forms))
    again = patterned.for_duty(duty("ru-152-21-31-final", "RU"))
    assert again is not None
    assert again.id == "ru-rkn-second"


def replace_refs(form: Any) -> Any:
    return form.model_copy(update={"refs": ("ru-*",)}) if form.id == "ru-rkn-first" else form
