"""People by kind of data, each bar split by the severest kind the same people lost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.ground.elements import Vocabulary, vocabulary
from breachdesk.report.pictures import bars
from breachdesk.report.pictures.canvas import Told
from breachdesk.report.shapes import People
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Cohort

MOST = 14
CLASSES = ("simple", "behavioural", "financial", "sensitive")


@dataclass(frozen=True, slots=True)
class Loss:
    """How many people lost one element, and of those how many lost nothing severer than each class."""

    element: str
    title: str
    people: int
    klass: str
    split: tuple[tuple[str, int], ...]


def losses(people: People, cohorts: Sequence[Cohort], words: Words) -> list[Loss]:
    """Every element, the most people first."""
    known = vocabulary()
    by_element: dict[str, Counter[str]] = {}
    for cohort in cohorts:
        worst = severest(cohort.elements, known)
        for element in cohort.elements:
            by_element.setdefault(element, Counter())[worst] += cohort.count
    found = []
    for element, count in people.by_element.items():
        if not count:
            continue
        klass = class_of(element, known)
        split = by_element.get(element) or Counter({klass: count})
        parts = tuple((name, split[name]) for name in CLASSES if split[name])
        found.append(Loss(element, title(element, words), count, klass, parts))
    return sorted(found, key=lambda loss: (-loss.people, known.order.get(loss.element, 999)))


def title(element: str, words: Words) -> str:
    known = vocabulary()
    return known[element].title(words.language) if element in known else element


def class_of(element: str, known: Vocabulary | None = None) -> str:
    known = known or vocabulary()
    return known[element].severity if element in known else "simple"


def severest(elements: Iterable[str], known: Vocabulary) -> str:
    return max((class_of(element, known) for element in elements), key=CLASSES.index, default="simple")


def by_class(cohorts: Sequence[Cohort], found: Sequence[Loss]) -> dict[str, int]:
    """People by the severest class they lost. Without cohorts: the most people of any element of the class."""
    known = vocabulary()
    total: Counter[str] = Counter()
    for cohort in cohorts:
        if cohort.elements:
            total[severest(cohort.elements, known)] += cohort.count
    if not cohorts:
        for loss in found:
            total[loss.klass] = max(total[loss.klass], loss.people)
    return {name: total[name] for name in CLASSES if total[name]}


def worth_saying(found: Sequence[Loss], most: int = 3) -> list[Loss]:
    """The losses a first sentence names: the severest, and keys to money or identity before mere contact data."""
    telling = [loss for loss in found if _weight(loss) > 0]
    return sorted(telling, key=lambda loss: (-_weight(loss), -loss.people))[:most]


def _weight(loss: Loss) -> int:
    first = loss.element.partition(".")[0]
    if loss.klass == "sensitive":
        return 4
    if loss.element in ("card.number", "login.password") or first in ("bank", "gov_id"):
        return 3
    return 2 if loss.klass == "financial" and loss.element != "card.expiry" else 0


def finding(found: Sequence[Loss], classes: dict[str, int], words: Words) -> str:
    if not found:
        return words.say("what_lost.alt_none")
    worst = max(classes, key=CLASSES.index) if classes else found[0].klass
    return words.say(
        "what_lost.alt",
        element=found[0].title,
        n=words.number(found[0].people),
        severest=words.say(f"what_lost.{worst}"),
        severest_n=words.number(classes.get(worst, 0)),
    )


def picture(found: Sequence[Loss], classes: dict[str, int], words: Words) -> Markup:
    worst = bars.Group(
        title=words.say("what_lost.severest"),
        bars=tuple(
            bars.Bar(words.say(f"what_lost.{name}").capitalize(), count, words.number(count), ((name, count),))
            for name, count in reversed(classes.items())
        ),
    )
    rest = found[MOST:]
    kinds = bars.Group(
        title=words.say("what_lost.element"),
        bars=tuple(bars.Bar(loss.title, loss.people, words.number(loss.people), loss.split) for loss in found[:MOST]),
        rest=words.say("what_lost.more", len(rest)) if rest else "",
    )
    return bars.draw((worst, kinds), Told("losses", words.say("what_lost.sub"), finding(found, classes, words)))
