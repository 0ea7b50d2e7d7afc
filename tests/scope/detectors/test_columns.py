"""One column by its header and its values: with the right header, without one, with a wrong one, half empty."""

import pytest

from breachdesk.scope.detectors import Kind
from tests.scope.detectors.judging import column, judge, marks
from tests.scope.detectors.values import COUNT, values

# kind of value: the element it is, a header that says so, and whether the values show it without any header
SHOWN = {
    "name": ("name", "full_name", True),
    "russian name": ("name", "ФИО", True),
    "birth, ISO": ("date_of_birth", "dob", True),
    "birth, dotted": ("date_of_birth", "Geburtsdatum", True),
    "birth, American": ("date_of_birth", "BirthDate", True),
    "email": ("email", "E-Mail", True),
    "phone": ("phone", "mobile", True),
    "street": ("address", "address_line1", True),
    "ssn": ("gov_id.us.ssn", "social_security_no", True),
    "driving licence": ("gov_id.driver_licence", "DriverLicenseNumber", False),
    "russian passport": ("gov_id.ru.passport", "Паспорт", False),
    "snils": ("gov_id.ru.snils", "СНИЛС", True),
    "snils, plain": ("gov_id.ru.snils", "snils", True),
    "inn": ("gov_id.ru.inn", "ИНН", True),
    "nino": ("gov_id.gb.nino", "ni_number", True),
    "nhs": ("gov_id.gb.nhs", "NHS no", True),
    "nhs, plain": ("gov_id.gb.nhs", "nhs_number", True),
    "iban": ("bank.iban", "iban", True),
    "iban, grouped": ("bank.iban", "IBAN", True),
    "card": ("card.number", "card_number", True),
    "card, grouped": ("card.number", "cc_num", True),
    "card, fourteen digits": ("card.number", "CardNumber", False),
    "cvv": ("card.code", "cvv2", False),
    "expiry": ("card.expiry", "card_expiry", False),
    "password": ("login.password", "passwd", False),
    "bcrypt": ("login.password_hash", "password", True),
    "md5": ("login.password_hash", "pwd_hash", False),
    "sha1": ("login.password_hash", "password", False),
    "sha256": ("login.password_hash", "password_hash", False),
    "jwt": ("login.token", "session", True),
    "token": ("login.token", "access_token", False),
    "ip": ("ip_address", "ip_addr", True),
    "illness": ("health", "diagnosis", False),
    "cpf": ("gov_id.br.cpf", "CPF", True),
    "sin": ("gov_id.ca.sin", "sin", True),
    "aadhaar": ("gov_id.in.aadhaar", "aadhaar", True),
    "aadhaar, plain": ("gov_id.in.aadhaar", "aadhar_no", True),
    "pan": ("gov_id.in.pan", "pan_number", True),
    "dni": ("gov_id.es.dni", "dni", True),
    "nir": ("gov_id.fr.nir", "nir", True),
}
ALONE = [kind for kind, (_, _, alone) in SHOWN.items() if alone]
# Under the header of something else, values with a check of their own still speak.
CHECKED = [
    "email",
    "iban",
    "ssn",
    "snils",
    "inn",
    "nhs",
    "card",
    "nino",
    "cpf",
    "sin",
    "aadhaar",
    "pan",
    "nir",
    "bcrypt",
]


@pytest.mark.parametrize("kind", SHOWN)
def test_the_right_header_and_values_name_the_element_and_count_every_row(kind: str) -> None:
    element, header, _ = SHOWN[kind]
    found = column(header, values(kind))
    assert found.main == element
    assert found.elements[-1].count == COUNT
    assert 0.5 < found.elements[-1].confidence <= 1
    assert found.elements[-1].reason


@pytest.mark.parametrize("kind", SHOWN)
def test_blanks_are_not_counted_and_do_not_hide_the_rest(kind: str) -> None:
    element, header, _ = SHOWN[kind]
    cells = [None if place % 10 < 3 else value for place, value in enumerate(values(kind))]
    found = column(header, cells)
    assert found.main == element
    assert found.filled == found.elements[-1].count == COUNT * 7 // 10


@pytest.mark.parametrize("kind", SHOWN)
def test_without_a_header_only_what_is_unmistakable_is_named(kind: str) -> None:
    element, _, alone = SHOWN[kind]
    assert column("c7", values(kind)).main == (element if alone else None)


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize("share", [0.7, 0.95])
def test_without_a_header_blanks_do_not_hide_it(kind: str, share: float) -> None:
    cells = [value if place < share * COUNT else None for place, value in enumerate(values(kind))]
    assert column("c7", cells).main == SHOWN[kind][0]


@pytest.mark.parametrize("kind", CHECKED)
@pytest.mark.parametrize("header", ["phone", "email", "notes", "comment", "customer_id"])
def test_a_wrong_header_does_not_hide_values_that_pass_a_check(kind: str, header: str) -> None:
    assert column(header, values(kind)).main == SHOWN[kind][0]


@pytest.mark.parametrize("header", ["order_no", "sku", "product_code", "tracking_number"])
@pytest.mark.parametrize("kind", ["card", "ssn", "nhs", "snils", "sin", "ip", "birth, ISO", "name"])
def test_a_header_that_names_a_thing_is_believed_before_a_likeness(kind: str, header: str) -> None:
    assert column(header, values(kind)).main is None


def test_dates_under_a_phone_header_are_no_phones() -> None:
    assert column("phone", values("birth, ISO")).main != "phone"


@pytest.mark.parametrize(
    ("kind", "said"), [("bcrypt", "bcrypt"), ("md5", "MD5"), ("sha1", "SHA-1"), ("sha256", "SHA-256")]
)
def test_the_reason_says_which_hash(kind: str, said: str) -> None:
    assert said in column("password", values(kind)).elements[-1].reason


def test_a_column_of_two_hashes_names_both_the_more_frequent_first() -> None:
    reason = column("password_hash", values("bcrypt") + values("md5")[:40]).elements[-1].reason
    assert 0 < reason.index("bcrypt") < reason.index("MD5")


def test_numbers_that_fail_their_check_are_found_by_header_and_shape_less_surely() -> None:
    right, wrong = column("CardNumber", values("card")), column("CardNumber", values("card, fourteen digits"))
    assert wrong.main == "card.number"
    assert wrong.elements[-1].count == COUNT
    assert wrong.elements[-1].confidence < right.elements[-1].confidence


def test_a_column_of_several_countries_identifiers_names_each_with_its_count() -> None:
    found = column("national_id", values("nino") + values("cpf") + values("snils"))
    assert {one.element: one.count for one in found.elements} == {
        "gov_id.gb.nino": COUNT,
        "gov_id.br.cpf": COUNT,
        "gov_id.ru.snils": COUNT,
    }


def test_reasons_and_columns_hold_no_value() -> None:
    for kind, (_, header, _) in SHOWN.items():
        told = repr(column(header, values(kind)))
        assert not any(value in told for value in values(kind) if len(value) > 4), kind


def test_keys_of_persons_and_of_things_are_told_apart() -> None:
    numbers = [str(place) for place in range(COUNT)]
    found = judge({"id": numbers, "product_id": numbers, "email": values("email")}, "customers")
    assert found["id"].kind is Kind.PERSON_KEY
    assert found["product_id"].kind is Kind.ID
    assert found["product_id"].main is None


def test_a_column_of_kinds_says_row_by_row_which_number_stands_beside_it() -> None:
    kinds = ["passport", "driving_licence"] * (COUNT // 2)
    numbers = [(values("nino") if place % 2 else values("driving licence"))[place] for place in range(COUNT)]
    numbers[0] = "AB1234567"
    told = marks({"id_type": kinds, "document_number": numbers}, "identity_documents").masks
    assert told["document_number", "gov_id.passport"].sum() > 0
    assert told["document_number", "gov_id.driver_licence"].sum() > 0


def test_columns_say_what_part_they_play_for_a_person() -> None:
    found = judge(
        {
            "first_name": [name.split()[0] for name in values("name")],
            "last_name": [name.split()[1] for name in values("name")],
            "dob": values("birth, ISO"),
            "mail": values("email"),
            "ssn": values("ssn"),
            "street": values("street"),
        },
        "customers",
    )
    roles = [one.role for one in found.values()]
    assert roles == ["given", "family", "birth", "email", "gov_id", "street"]


def test_a_lone_word_under_name_is_a_given_name() -> None:
    assert column("name", [name.split()[0] for name in values("name")], "customers").role == "given"
    assert column("name", values("name"), "customers").role == "full"


def test_an_empty_column_is_empty_and_nothing_else() -> None:
    found = column("email", [None, None])
    assert (found.main, found.kind, found.reason) == (None, Kind.EMPTY, "empty")
