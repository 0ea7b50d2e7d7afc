"""A sending to as many invented people as wanted, laid down at once, for what counts in thousands.

`python -m tests.notify.app.many lay N`: in the database and the data folder that the environment names;
`carry PORT [LOG]`: look up what is in doubt in the log of a relay on loopback, send what is left to it, and tell how
long it took; `stand`: how it stands, as JSON. `django PORT N`: the first N
of these letters by Django's `send_mail`. `lay N sms`: by text message; `text provider BASE`, `text centre PORT`:
look up what is in doubt and send what is left to that gateway; `decide NUMBER...`: a person says that these were taken,
and nobody else of those in doubt.
"""

import hashlib
import io
import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHORT = "Bakery North: data about you was stolen from us: name. What to do: example.org/incident."
DOMAINS = ("gmail.example", "mail.example", "yandex.example", "web.example", "post.example")


def lay(count: int, way: str = "email") -> int:
    """The id of a sending to `count` people that is going: half of them read English, half Russian."""
    from django.db import transaction

    from breachdesk.case.app.actions import open_case
    from breachdesk.notify.app import ledger
    from breachdesk.notify.app.models import Sending, Stage, Standing
    from breachdesk.notify.draw import Press
    from breachdesk.notify.library import our_library
    from breachdesk.notify.mould import gapped, mould
    from breachdesk.notify.recipients import RecipientsWriter
    from breachdesk.notify.states import Channel, State
    from breachdesk.notify.wording import Sender, Wording
    from breachdesk.staff.app.models import Account
    from breachdesk.vault.app import keys
    from tests.cast import hand
    from tests.notify.bakery import brief, cohort

    ada = Account.objects.create_user(email="ada@bakery.example", password=None, name="Ada")
    case = open_case("Bakery North", lead=ada, by=hand(ada), zone="Europe/Berlin")
    press = Press(words=our_library().phrases)
    who = {"en": cohort("DE", "name", "email", "phone", "card.number"), "ru": cohort("RU", "name", "phone", "email")}
    moulds = tuple(mould(gapped(one, language, brief()), press, SHORT) for language, one in who.items())
    names = {"en": "Bakery North Ltd", "ru": "ООО «Пекарня Север»"}
    sender = Sender(names, "privacy@bakery.example", "help@bakery.example", "back", "bakery.example", "Bakery")
    said = Wording(sender, moulds)
    key = keys.key_for(case.number, AT)
    keys.vault().seal(case.number, "n-wording", io.BytesIO(said.written()), key)
    with transaction.atomic():
        sending = Sending.objects.create(
            case=case, number=1, stage=Stage.FULL, standing=Standing.GOING, channels=[way], people=count,
            wording="n-wording", wording_sha256=said.digest, recipients="n-list", made_at=AT, made_by=ada.email,
            begun_at=AT, zones=["DE", "RU"],
        )  # fmt: skip

        def rows() -> Iterator[ledger.Row]:
            with RecipientsWriter(keys.vault().place(case.number, "n-list"), key) as file:
                for n in range(count):
                    one = recipient(n)
                    person = int.from_bytes(hashlib.sha256(one.person.encode()).digest()[:8], "big", signed=True)
                    place, domain = file.add(one), DOMAINS[n % len(DOMAINS)]
                    yield ledger.Row(person, Channel(way), State.QUEUED, one.letter, one.country, domain, place, 1)

        ledger.enroll(sending, rows(), AT)
    return int(sending.id)


def recipient(n: int) -> Any:
    from breachdesk.notify.recipients import Recipient

    name = "Example" + "".join(chr(ord("a") + int(digit)) for digit in str(n))
    samples = ((f"A••• {name[:1]}•••",), (f"a•••@{DOMAINS[n % 5]}",), ("+49 ••• 12",), ("•••• 1234",))
    return Recipient(
        f"p-{n}", f"Ada {name}", n % 2, ("DE", "RU")[n % 2], (f"ada{n}@{DOMAINS[n % 5]}",),
        (f"+49170{n:07}",), (), samples[: 4 if n % 2 == 0 else 3], "7K3Q-9D2M-X4TB-E1A",
    )  # fmt: skip


def carried(port: int, log: Path | None = None) -> dict[str, float]:
    """Seconds from the first to the last, processor seconds, the most memory it had, in MiB."""
    from breachdesk.notify.app import carrier
    from breachdesk.notify.app.models import Sending
    from breachdesk.notify.app.transports import ByRelay
    from breachdesk.notify.smtp import Relay

    sending = Sending.objects.select_related("case").get()
    relay = Relay("127.0.0.1", port, seconds=30, seconds_for_end=30)
    if log is not None:
        looked(sending, log)
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    sent = carrier.carry(sending, ByRelay(relay), idle=0)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"sent": sent, "seconds": seconds, "processor": used, "mib": after.ru_maxrss / 1024}


def by_django(port: int, count: int) -> dict[str, float]:
    """The same letters as Django writes them: each person's drawn from templates read once, and handed to `send_mail`;
    no list is read and nothing is kept. Raises RuntimeError when a letter is not the one that we write."""
    from django.conf import settings
    from django.core.mail import send_mail
    from django.template import Context, Engine

    from breachdesk.notify.app import pens
    from breachdesk.notify.app.models import Sending

    sending = Sending.objects.select_related("case").get()
    said = pens.wording_of(sending)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    engine = Engine()
    drawn = [[engine.from_string(_template(parts)) for parts in (one.text, one.html)] for one in said.letters]
    people, wanted, written = [], [], []
    for n in range(count):
        one = recipient(n)
        letter = said.letters[one.letter]
        person = pens.person_of(letter, one)
        values = {f"{what}{which}": value for (what, which), value in letter.values(person, AT.date()).items()}
        people.append((letter.title, drawn[one.letter], values, one.emails[0]))
        wanted.append(letter.cast(person, AT.date()))
    begun = time.perf_counter()
    for title, (text, page), values, to in people:
        letter = text.render(Context(values, autoescape=False)), page.render(Context(values))
        send_mail(title, letter[0], said.sender.address, [to], html_message=letter[1])
        written.append(letter)
    seconds = time.perf_counter() - begun
    if written != wanted:
        raise RuntimeError("Django did not write the letters that we write")
    return {"sent": count, "seconds": seconds}


def _template(parts: Iterable[Any]) -> str:
    """A part of a letter in Django's language."""
    said = ""
    for part in parts:
        if isinstance(part, str):
            said += part
        else:
            name = f"{part[0]}{part[1]}"
            said += f"{{% if {name} %}}: {{{{ {name} }}}}{{% endif %}}" if part[2] else f"{{{{ {name} }}}}"
    return said


def texted(kind: str, where: str) -> dict[str, int]:
    """As the worker does it: what carriers left is looked up where that can be, and what is left goes."""
    from django.conf import settings

    from breachdesk.notify.app import carrier, in_hand, looking_up, pens
    from breachdesk.notify.app.models import Sending
    from breachdesk.notify.app.transports import ByGateway
    from breachdesk.notify.centre import Centre
    from breachdesk.notify.gateways import Gateway
    from breachdesk.notify.webgate import WebGate
    from tests.notify.texting import ACCOUNT, TOKEN

    gateway: Gateway = (
        WebGate(where, ACCOUNT, TOKEN, TOKEN, seconds=20)
        if kind == "provider"
        else Centre("127.0.0.1", int(where), False, "desk", "secret", seconds=20)
    )
    settings.GATEWAY, settings.SITE_URL = gateway, "http://desk.example"
    sending = Sending.objects.select_related("case").get()
    in_hand.bury(sending, by=pens.hand())
    deadline = time.monotonic() + 20
    while kind == "provider" and time.monotonic() < deadline:
        if not looking_up.look_up_texts(sending, by=pens.hand(), settled=timedelta(seconds=1)).unsure:
            break
        time.sleep(0.2)
    return {"sent": carrier.carry(sending, ByGateway(gateway), idle=0)}


def decided(numbers: list[str]) -> dict[str, int]:
    from breachdesk.notify.app import in_hand, pens, sendings
    from breachdesk.notify.app.models import Delivery, Sending
    from breachdesk.notify.recipients import Place

    sending = Sending.objects.select_related("case").get()
    in_hand.bury(sending, by=pens.hand())
    rows = list(Delivery.objects.filter(state="doubt").order_by("id"))
    with pens.recipients_of(sending) as people:
        found = people.at([Place(row.offset, row.length) for row in rows])
    taken = [row.id for row, one in zip(rows, found, strict=True) if one.phones[0] in numbers]
    said = {"reason": "asked whoever runs the centre", "by": pens.hand()}
    return {
        "taken": sendings.decide_doubt(sending, taken=True, rows=taken, **said) if taken else 0,  # type: ignore[arg-type]
        "again": sendings.decide_doubt(sending, taken=False, **said),  # type: ignore[arg-type]
    }


def looked(sending: Any, log: Path) -> None:
    """As the worker does it each minute; the relay is given a moment to read what lies in its sockets."""
    from breachdesk.notify.app import in_hand, looking_up, pens

    in_hand.bury(sending, by=pens.hand())
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = looking_up.look_up(sending, by=pens.hand(), log=log, settled=timedelta(seconds=1))
        if not found.unsure:
            return
        time.sleep(0.2)


def stand() -> dict[str, int]:
    """State -> deliveries; `most`: how many were in doubt at once, `kills`: how often any were."""
    from breachdesk.notify.app.models import Batch, Delivery

    states: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True).iterator():
        states[state] = states.get(state, 0) + 1
    doubts = [n for _, n in Batch.objects.filter(events__source="carrier").distinct().values_list("id", "count")]
    return {**states, "most": max(doubts, default=0), "kills": len(doubts)}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
    django.setup()
    what, *given = sys.argv[1:]
    if what == "lay":
        told: Any = lay(int(given[0]), *given[1:])
    elif what == "carry":
        told = carried(int(given[0]), Path(given[1]) if given[1:] else None)
    elif what == "text":
        told = texted(*given)
    elif what == "django":
        told = by_django(int(given[0]), int(given[1]))
    elif what == "decide":
        told = decided(given)
    else:
        told = stand()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
