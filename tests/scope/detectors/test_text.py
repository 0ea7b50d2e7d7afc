"""Personal data inside what people write: found at its place, nothing more than it."""

import pytest

from tests.scope.detectors.judging import in_text, marks
from tests.scope.detectors.values import values

# kind of value: the element, and a sentence around it
SAID = {
    "email": ("email", "Please write to {} instead of the old one"),
    "phone": ("phone", "Nobody called me, my number is {}, best after six"),
    "ssn": ("gov_id.us.ssn", "my social security number is {}, as you asked"),
    "driving licence": ("gov_id.driver_licence", "my driving licence number is {} if you need it"),
    "russian passport": ("gov_id.ru.passport", "для договора: паспорт {}, выдан давно"),
    "snils": ("gov_id.ru.snils", "мой СНИЛС {}, прилагаю к заявлению"),
    "inn": ("gov_id.ru.inn", "ИНН {} для чека укажите, пожалуйста"),
    "nino": ("gov_id.gb.nino", "my national insurance number is {}, thanks"),
    "nhs": ("gov_id.gb.nhs", "For the discount: my NHS number is {}."),
    "iban": ("bank.iban", "Bitte auf mein Konto {} erstatten"),
    "iban, grouped": ("bank.iban", "Bitte auf mein Konto, IBAN {}, erstatten"),
    "card": ("card.number", "you charged my card {} twice"),
    "card, grouped": ("card.number", "card {} was charged twice"),
    "cvv": ("card.code", "the card's CVV {} was asked for by phone"),
    "expiry": ("card.expiry", "my card expires {} and was declined"),
    "password": ("login.password", "I cannot log in. My password is {} and it worked yesterday"),
    "bcrypt": ("login.password_hash", "the row says {} in the dump"),
    "md5": ("login.password_hash", "password_hash={} was in the paste"),
    "jwt": ("login.token", "the header had {} in it"),
    "token": ("login.token", "api_key={} was in the log"),
    "ip": ("ip_address", "logged in from {} last night"),
    "cpf": ("gov_id.br.cpf", "CPF {} para a nota"),
    "sin": ("gov_id.ca.sin", "my social insurance number {} is on file"),
    "aadhaar": ("gov_id.in.aadhaar", "Aadhaar {} attached to this"),
    "pan": ("gov_id.in.pan", "PAN {} for the invoice please"),
    "dni": ("gov_id.es.dni", "mi DNI es {} para la factura"),
    "nir": ("gov_id.fr.nir", "mon numéro de sécurité sociale est {}, merci"),
    "birth, ISO": ("date_of_birth", "my date of birth is {} as in the passport"),
    "birth, dotted": ("date_of_birth", "дата рождения {} указана неверно"),
    "birth, American": ("date_of_birth", "I was born {} in Ohio as I said"),
}


@pytest.mark.parametrize("kind", SAID)
def test_a_value_in_a_sentence_is_found_where_it_stands(kind: str) -> None:
    element, sentence = SAID[kind]
    for value in values(kind)[:20]:
        assert in_text(sentence.format(value)) == [(element, value)]


@pytest.mark.parametrize(
    "sentence",
    [
        "I was diagnosed with coeliac disease last month. Is the oat loaf safe?",
        "I have celiac disease and need a list of ingredients",
        "Ich habe Zöliakie, welches Haferbrot darf ich essen?",
        "Je suis cœliaque, ce pain est-il sûr ?",
        "Soy celíaca, ¿es seguro el pan?",
        "Sou celíaco, o pão é seguro?",
        "Sono celiaca, il pane è sicuro?",
        "Ik heb coeliakie, is het brood veilig?",
        "Mam celiakię, czy chleb jest bezpieczny?",
        "У меня целиакия, можно ли мне этот хлеб?",
        "my son is allergic to peanuts, please check",
        "Meine Tochter hat eine Erdnussallergie, ich meine eine Allergie gegen Nüsse",
        "Tengo alergia a los frutos secos",
        "Je suis enceinte de six mois, livrez à la porte",
        "Ich bin schwanger und kann nichts tragen",
        "Я беременна, доставьте до двери",
        "Jestem w ciąży, proszę o dostawę pod drzwi",
        "I have type 1 diabetes and carry insulin",
        "Ho il diabete, quanti zuccheri ha? Sono in cura",
        "Tenho asma e não subo escadas",
        "Mijn vader heeft epilepsie en woont alleen",
        "I am HIV positive and want my record deleted",
        "Elle est suivie pour une dépression, je suis son médecin",
        "I am disabled and cannot climb the stairs",
        "Я инвалид второй группы",
        "ДИАБЕТ у меня с детства",
        "Diagnosis: Atrial Fibrillation",
        "I am in chemotherapy and tire soon",
    ],
)
def test_illness_told_in_nine_languages_is_heard(sentence: str) -> None:
    assert "health" in [element for element, _ in in_text(sentence)]


def test_a_name_is_found_where_it_is_introduced() -> None:
    assert ("name", "Ada Stone") in in_text("Hello, my name is Ada Stone and I ordered last week")
    assert ("name", "Hill") in in_text("Please tell Dr. Hill that I called")


def test_several_findings_of_one_cell_stand_in_order_and_do_not_overlap() -> None:
    text = "card 4111 1111 1111 1111, expires 04/28, CVV 123, mail ada@example.org, phone +44 20 7946 0958"
    found = in_text(text)
    assert [element for element, _ in found] == ["card.number", "card.expiry", "card.code", "email", "phone"]


def test_places_are_counted_in_characters_not_bytes() -> None:
    text = "Пишите на почту ада@example.org или ada@example.org — 💌 bob@example.org"
    assert [words for _, words in in_text(text)][-2:] == ["ada@example.org", "bob@example.org"]


def test_rows_of_a_batch_keep_their_numbers() -> None:
    remarks = ["nothing of interest was said here at all"] * 50
    remarks[17] = "please write to ada@example.org about the bread"
    remarks[41] = "or rather write to bob@example.org about the bread"
    found = marks({"remark": remarks}).spans.to_pylist()
    assert [(one["row"], one["column"], one["element"]) for one in found] == [
        (17, "remark", "email"),
        (41, "remark", "email"),
    ]


def test_a_needed_word_is_asked_of_each_of_many_cells() -> None:
    told = [f"my social security number is {value}, as you asked" for value in values("ssn")[:40]]
    silent = [f"the blue kettle {value} is sold in all our shops" for value in values("ssn")[40:80]]
    remarks = [remark for pair in zip(told, silent, strict=True) for remark in pair]
    found = marks({"remark": remarks}).spans.to_pylist()
    assert [one["row"] for one in found] == list(range(0, 80, 2))


def test_a_word_beside_it_makes_a_finding_surer_and_is_told() -> None:
    remarks = ["take 4111 1111 1111 1111 and send the bread", "charge my card 4111 1111 1111 1111 for the bread"]
    bare, beside = marks({"remark": remarks}).spans.to_pylist()
    assert bare["confidence"] < beside["confidence"]
    assert "words beside it" in beside["reason"]
    assert "words beside it" not in bare["reason"]


def test_an_odd_mail_address_in_a_column_of_numbers_is_found() -> None:
    cells = [str(place * 7) for place in range(300)]
    cells[123] = "ask ada@example.org"
    found = marks({"quantity": cells}).spans.to_pylist()
    assert [(one["row"], one["element"]) for one in found] == [(123, "email")]


def test_a_row_pasted_into_a_letter_shows_its_number_beside_the_mail_address() -> None:
    assert ("gov_id.us.ssn", "900-12-3456") in in_text("the paste says Ada Stone,ada@example.org,900-12-3456,open")
    assert in_text("the paste says blue kettle, 900-12-3456, open") == []
