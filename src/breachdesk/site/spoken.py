"""The words of the page "What if" in one language, as plain data for the reader's browser."""

from collections.abc import Mapping
from typing import Any

from breachdesk.ground import places
from breachdesk.ground.shelf import Shelf
from breachdesk.law import vocabulary
from breachdesk.law.schema import UNITS
from breachdesk.law.shapes import Verdict
from breachdesk.law.shelf import LawShelf
from breachdesk.law.told import Told
from breachdesk.law.vocabulary import FactType
from breachdesk.report.words import Words

_OURS = "whatif_"  # how the sayings of the page begin (packs/messages/site)


def words(law: LawShelf, shelf: Shelf, language: str, told: Mapping[str, Told], say: Words) -> dict[str, Any]:
    """What the page says, in one language. `told`: duties by id."""
    asking = shelf.data("asking.yaml")
    facts = {name: fact for name, fact in law.facts.facts.items() if fact.type is not FactType.FREE}
    return {
        "language": language,
        "first": [name for name in asking["first"] if name in facts],
        "common": asking["elements"],
        "elements": {name: one.title(language) for name, one in law.names.vocabulary.elements.items()},
        "places": {code: places.title(code, language) for code in _offered(law)},
        "facts": {name: [one.question(language), one.help(language), list(one.options)] for name, one in facts.items()},
        "choices": shelf.data(f"messages/facts/{language}.yaml"),
        "units": {unit: law.phrases[language].texts[f"unit.{unit}"] for unit in UNITS},
        "warnings": {
            key.removeprefix("warning."): text
            for key, text in law.phrases[language].texts.items()
            if key.startswith("warning.")
        },
        "verdicts": {one.value: law.phrases[language](f"verdict.{one.value}") for one in Verdict},
        "items": {
            name: [one.title, one.recipient.name, one.standard, one.place, one.citation] for name, one in told.items()
        },
        "say": {key.removeprefix(_OURS): text for key, text in say.sayings.items() if key.startswith(_OURS)},
    }


def _offered(law: LawShelf) -> list[str]:
    """Places somebody may name: every country, and those parts that a law knows."""
    return sorted(
        {*places.countries(), *(place for place in law.reached if vocabulary.is_place(place)), places.UNKNOWN}
    )
