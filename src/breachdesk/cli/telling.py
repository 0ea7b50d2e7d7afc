"""Who tells facts, duties and changes at the terminal: in the words of packs/messages/cli."""

from datetime import datetime

from breachdesk.cli.common import words
from breachdesk.ground.shelf import Shelf
from breachdesk.law import typed
from breachdesk.law.shelf import LawShelf
from breachdesk.report import words as report_words
from breachdesk.report.telling import Teller


def teller(shelf: Shelf, law: LawShelf, language: str, at: datetime) -> Teller:
    return Teller(words(language), report_words.read(shelf, language), law, typed.read(shelf), at)
