"""What the steps of one run share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from breachdesk.ground.shelf import Shelf
from breachdesk.scope.beside import Soon
from breachdesk.scope.detectors import Detectors
from breachdesk.scope.people import places
from breachdesk.scope.people.keys import nouns
from breachdesk.scope.people.rows import Bits, mailboxes
from breachdesk.scope.spool import Chest
from breachdesk.scope.taking import Progress


class Workings:
    """The chest of spools, the packs, the bits of elements, the day, and who is told of progress."""

    def __init__(
        self, chest: Chest, today: date, shelf: Shelf, detectors: Soon[Detectors], progress: Progress | None
    ) -> None:
        self.chest = chest
        self.today = today
        self._detectors = detectors
        self.words = nouns(shelf)
        self.known = mailboxes(shelf)
        self.places = places.read(shelf)
        self.bits = Bits()
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @property
    def detectors(self) -> Detectors:
        return self._detectors()

    def tell(self, what: str, count: int) -> None:
        if self._progress is not None:
            self._progress(what, count)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.tell(name, 0)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
