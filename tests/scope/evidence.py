"""A shop of twelve customers in four files, small enough to know by heart. Every value in it can be searched for."""

from pathlib import Path

NAMES = (
    "Anna Bergholt", "Benno Adlerkamp", "Cara Lindtner", "Dan Weissmuth", "Eva Rothfeld", "Finn Holmgaard",
    "Greta Maarwald", "Hugo Kleehorn", "Inga Talbrook", "Jan Ostermoor", "Karla Winterby", "Lars Quellmann",
)  # fmt: skip
STATES = ("CA", "NY", "TX")
CARDS = (
    "4111111111111111", "5555555555554444", "4012888888881881", "4222222222222", "5105105105105100", "6011111111111117",
    "6011000990139424", "3530111333300000", "378282246310005", "371449635398431", "30569309025904", "38520000023237",
)  # fmt: skip


def mail(place: int) -> str:
    return NAMES[place].lower().replace(" ", ".") + "@example.org"


def phone(place: int) -> str:
    return f"+1 415 555 01{place:02}"


def street(place: int) -> str:
    return f"{place + 11} Kestrelgate Road"


def born(place: int) -> str:
    return f"19{70 + place}-0{1 + place % 9}-1{place % 10}"


def write(folder: Path) -> Path:
    """shop.sql (customers, cards with a declared key, orders without), newsletter.csv, visits.ndjson, note.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.sql").write_text(_dump(), encoding="utf-8")
    letters = [f"{mail(place)},{NAMES[place].split()[0]}" for place in range(6)]
    letters += [f"reader.{word}@example.net,{word.title()}" for word in ("olga", "piet", "quinn")]
    (folder / "newsletter.csv").write_text("\n".join(["email,first_name", *letters]) + "\n", encoding="utf-8")
    visits = [f'{{"at": "2026-10-0{1 + n % 9}T10:00:00Z", "user": {{"email": "{mail(n % 4)}"}}}}' for n in range(20)]
    (folder / "visits.ndjson").write_text("\n".join(visits) + "\n", encoding="utf-8")
    (folder / "note.txt").write_text(
        f"Please call back.\n{NAMES[0]} wrote from {mail(0)} about her order.\nNothing else today.\n", encoding="utf-8"
    )
    return folder


def planted() -> list[str]:
    """Every value by which somebody could be known."""
    words = [word for name in NAMES for word in name.split() if len(word) > 4]
    places = range(len(NAMES))
    numbers = [f"41555501{place:02}" for place in places]
    return [*words, *map(mail, places), *map(phone, places), *numbers, *map(street, places), *map(born, places), *CARDS,
            "reader.olga", "example.net"]  # fmt: skip


def _dump() -> str:
    customers = [
        f"({place + 101}, '{NAMES[place]}', '{mail(place)}', '{phone(place)}', '{born(place)}', '{street(place)}', "
        f"'Springfield', '{STATES[place % 3]}', 'USA')"
        for place in range(len(NAMES))
    ]
    cards = [f"({place + 1}, {112 - place}, '{CARDS[place]}', '11/29')" for place in range(len(CARDS))]
    orders = [f"({n + 1}, {101 + n % 9}, 19.90)" for n in range(30)]
    return "\n".join(
        [
            "CREATE TABLE customers (id INT NOT NULL, full_name VARCHAR(80), email VARCHAR(80), phone VARCHAR(30),",
            "  date_of_birth DATE, street VARCHAR(80), city VARCHAR(80), state VARCHAR(2), country VARCHAR(20),",
            "  PRIMARY KEY (id));",
            f"INSERT INTO customers VALUES {', '.join(customers)};",
            "CREATE TABLE cards (id INT NOT NULL, holder INT, card_number VARCHAR(19), expiry VARCHAR(5),",
            "  PRIMARY KEY (id), FOREIGN KEY (holder) REFERENCES customers (id));",
            f"INSERT INTO cards VALUES {', '.join(cards)};",
            "CREATE TABLE orders (id INT NOT NULL, customer_id INT, total DECIMAL(9,2), PRIMARY KEY (id));",
            f"INSERT INTO orders VALUES {', '.join(orders)};",
            "",
        ]
    )
