"""A small breach: a customer table with cards beside it, a fact sheet, and what must never leave the people list."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from breachdesk.assess import Order, Outcome, assess
from breachdesk.assess.run import Progress
from breachdesk.ground.keys import KeyRing
from breachdesk.journal import Actor

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ADA = Actor("ada", "responder")
PEOPLE = (
    ("1", "Anneliese Quittenbaum", "a.quittenbaum@example.com", "+49 40 66969 111", "Elbweg 3, 20095 Hamburg", "DE"),
    ("2", "Berthold Zwetschge", "b.zwetschge@example.org", "+49 40 66969 112", "Elbweg 5, 20095 Hamburg", "DE"),
    (
        "3",
        "Clementine Fairweather",
        "c.fairweather@example.com",
        "+1 415 555 0133",
        "7 Bay St, San Francisco, CA 94133",
        "US",
    ),
    ("4", "Dorothea Winterbourne", "d.winterbourne@example.net", "+44 20 7946 0133", "9 Kew Rd, London", "GB"),
)
CARDS = (
    ("1", "4556737586899855", "12/27"),
    ("2", "4539578763621486", "11/27"),
    ("3", "4916338506082832", "01/28"),
    ("4", "4485275742308327", "02/28"),
)
SECRETS = tuple(value for row in PEOPLE for value in row[1:4]) + tuple(card[1] for card in CARDS)
FACTS = """\
organisation:
  name: Bakery North
  email: privacy@bakery-north.example
entity.role: controller
entity.establishments: [DE]
entity.main_establishment: DE
breach.personal_data: true
breach.confidentiality: true
breach.malicious: true
time.aware: 2026-11-20T16:25:00+01:00
risk.gdpr: high
"""


@dataclass(frozen=True)
class Desk:
    """A folder with evidence, a fact sheet, keys and a place for the pack."""

    room: Path

    @property
    def evidence(self) -> Path:
        return self.room / "evidence"

    @property
    def facts(self) -> Path:
        return self.room / "facts.yaml"

    @property
    def keys(self) -> Path:
        return self.room / "keys"

    @property
    def pack(self) -> Path:
        return self.room / "pack"

    def assess(
        self, progress: Progress | None = None, *, at: datetime | None = NOW, case: str = "", now: datetime = NOW
    ) -> Outcome:
        ring = KeyRing(self.keys)
        order = Order((self.evidence,), self.facts, self.pack, at=at, case=case)
        return assess(
            order,
            keyring=ring,
            key=ring.get_or_create("people-test"),
            actor=ADA,
            clock=lambda: now,
            progress=progress,
        )


def lay_out(room: Path) -> Desk:
    desk = Desk(room)
    desk.evidence.mkdir(parents=True)
    _table(desk.evidence / "customers.csv", ("customer_id", "name", "email", "phone", "address", "country"), PEOPLE)
    _table(desk.evidence / "cards.csv", ("customer_id", "card_number", "expires"), CARDS)
    desk.facts.write_text(FACTS, encoding="utf-8")
    return desk


def _table(path: Path, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
