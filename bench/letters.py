"""Letters for a print house: hundreds in one tagged PDF, beside one compile for each with a kept compiler."""

import shutil
import time
from collections.abc import Sequence

from bench.figures import Figure
from bench.runs import BUILD
from breachdesk.notify.batches import write_batches
from breachdesk.notify.draw import Press
from tests.notify.bakery import organisation
from tests.notify.mail import KEY, LIBRARY, letter

_FLOOR = 250  # letters a second
_MOST = 500  # in one file


def batches(scale: float) -> Sequence[Figure]:
    """Two thousand letters of each language by two processes; composed before the clock starts."""
    return [
        _measured(language, country, max(20, int(2_000 * scale)))
        for language, country in (("en", "DE"), ("ru", "RU"), ("ar", "EG"))
    ]


def _measured(language: str, country: str, wanted: int) -> Figure:
    letters = [letter(number, language, country) for number in range(wanted)]
    folder = BUILD / f"letters-{language}"
    shutil.rmtree(folder, ignore_errors=True)
    said, most = {"library": LIBRARY, "organisation": organisation()}, min(_MOST, wanted // 2)
    start = time.perf_counter()
    done = write_batches(letters, folder, **said, home="DE", key=KEY, workers=2, most=most)
    rate = wanted / (time.perf_counter() - start)
    press, alone = Press(words=LIBRARY.phrases), letters[: max(10, wanted // 10)]
    start = time.perf_counter()
    for one in alone:
        press.pdf(one.notice, sender="Bakery North", code="8KQ8241Z8AE42")
    kept = len(alone) / (time.perf_counter() - start)
    shutil.rmtree(folder)
    pages = f"{done.sheets / wanted:.1f} sheets each"
    return Figure(
        "batches",
        f"letters to print, {language}, {most} a batch, two processes ({wanted:,})",
        rate,
        "/s",
        floor=_FLOOR,
        peer="typst, one compile each",
        peer_value=kept,
        note=pages if done.letters == wanted else f"only {done.letters} of {wanted} were printed",
    )
