"""A post of the bakery in a database of its own, for workers that are killed.

`python -m tests.notify.app.posted lay`: words that are approved wait for the channel `press`; `stand`: how its posts
stand; `carry`: what the worker does; `look yes|no`: a person looked; `again`: into the queue once more. Each tells as
JSON.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

SPOKEN = {"next_update": "2026-12-27", "press_contact": {"name": "Ben Example", "phone": "+49 30 555 0199"}}


def lay() -> Any:
    from breachdesk.case.app.actions import asks
    from breachdesk.ground import clock
    from breachdesk.notify.app import posts, published
    from tests.cast import Cast, hand
    from tests.law.app.bakery import FACTS, judge
    from tests.law.app.bakery import lay as laid
    from tests.notify.bakery import SAID

    cast, now = Cast(), clock.now() - timedelta(minutes=5)
    laid(cast.bakery, {**FACTS, "organisation": {**SAID, **SPOKEN}, "breach.exfiltration": "yes"})
    judge(cast.bakery)
    made = published.put_up(cast.bakery, "social", "en", reason="they have to know", by=hand(cast.ada, at=now))
    asked = cast.bakery.asks.get(deed=asks.PUBLISH)
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben, "counsel", at=now))
    published.release(made, by=hand(cast.ada, at=now))
    return posts.post(made, "press", by=hand(cast.ada, at=now)).id


def stand() -> Any:
    from breachdesk.notify.app.models import Posted

    return list(Posted.objects.order_by("id").values_list("state", "told"))


def look(there: str) -> Any:
    from breachdesk.ground import clock
    from breachdesk.notify.app import posts
    from breachdesk.notify.app.models import Posted
    from breachdesk.staff.app.models import Account
    from tests.cast import hand

    ada = Account.objects.get(email="ada@bakery.example")
    row = Posted.objects.select_related("text__case").get(state="doubt")
    return posts.decide(row, there=there == "yes", reason="looked", by=hand(ada, at=clock.now())).id


def carry() -> Any:
    from breachdesk.notify.app import posts

    return posts.carry()


def again() -> Any:
    from breachdesk.ground import clock
    from breachdesk.notify.app import posts
    from breachdesk.notify.app.models import PublicText
    from breachdesk.staff.app.models import Account
    from tests.cast import hand

    ada = Account.objects.get(email="ada@bakery.example")
    return posts.post(PublicText.objects.select_related("case").get(), "press", by=hand(ada, at=clock.now())).id


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
    import django

    django.setup()
    deed, *said = sys.argv[1:]
    print(json.dumps({"lay": lay, "stand": stand, "look": look, "again": again, "carry": carry}[deed](*said)))
