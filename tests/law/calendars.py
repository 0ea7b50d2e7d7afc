"""Days of no work by the holiday acts of each country, written by hand: an independent reading to hold the library to.

Each calendar is a line of rules. `01-01` is a date; `E+39`, `O-2` are days from Easter of the western and the eastern
churches; `mon3/01` the third Monday of January, `monL/05` the last of May, `fri>06-19` the first Friday from that day
on. A rule that ends in `^` moves from Saturday to Friday and from Sunday to Monday, in `+` from Sunday to Monday, in
`*` from a weekend to the next free day, in `~` to the Monday on or after (Colombia), in `!` as Ecuador moves it.
`2026:01-02` holds in that year alone, `even:` and `odd:` in such years; `x` before a rule: worked although a weekend,
by decree. Weekends are Saturday and Sunday but where WEEKENDS says otherwise.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

YEARS = (2025, 2026, 2027)
# Years whose rules are known: what a decree has not moved yet, or the moon not announced, nobody can know.
FEWER = {"EC": (2025, 2026), "EG": (2025,), "GR": (2025, 2026), "KZ": (2025,), "LV": (2025, 2026), "RU": (2025, 2026)}
LACKED = ("EG", "US-HI", "US-ND")  # a holiday the library does not know there: terms end a day early, never late
WEEKENDS = {"EG": {4, 5}}
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FEDERAL = "01-01^ mon3/01 mon3/02 monL/05 06-19^ 07-04^ mon1/09 mon2/10 11-11^ thu4/11 12-25^"

RULES = {
    "AT": "01-01 01-06 E+1 05-01 E+39 E+50 E+60 08-15 10-26 11-01 12-08 12-25 12-26",
    "BE": "01-01 E+1 05-01 E+39 E+50 07-21 08-15 11-01 11-11 12-25",
    "BG": "01-01* 03-03* O-2 O+1 05-01* 05-06* 05-24* 09-06* 09-22* 12-24* 12-25* 12-26* 2025:12-31 2026:01-02",
    "AU-NSW": "01-01 01-26* E-2 E+1 04-25 mon2/06 mon1/10 "
    "12-25 12-26 2026:04-27 2026:12-28 2027:04-26 2027:12-27 2027:12-28",
    "BR": "01-01 E-2 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25",
    "BY": "01-01 01-02 01-07 03-08 O+9 05-01 05-09 07-03 11-07 12-25 2025:01-06 2025:x01-11 2025:04-28 2025:x04-26 "
    "2025:07-04 2025:x07-12 2025:12-26 2025:x12-20 2026:04-20 2026:x04-25",
    "CO": "01-01 01-06~ 03-19~ E-3 E-2 05-01 E+39~ E+60~ E+68~ "
    "06-29~ 07-20 08-07 08-15~ 10-12~ 11-01~ 11-11~ 12-08 12-25",
    "CR": "01-01 04-11 E-3 E-2 05-01 07-25 08-15 09-15 12-25",
    "CY": "01-01 01-06 O-48 03-25 04-01 O-2 O+1 05-01 O+50 08-15 10-01 10-28 12-25 12-26",
    "CZ": "01-01 E-2 E+1 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26",
    "DE": "01-01 E-2 E+1 05-01 E+39 E+50 10-03 12-25 12-26",
    "DK": "01-01 E-3 E-2 E+1 E+39 E+50 12-25 12-26",
    "EC": "01-01 E-48 E-47 E-2 05-01! 05-24! 08-10! 10-09! 2025:11-03 2025:11-04 2026:11-02 2026:11-03 12-25",
    "EE": "01-01 02-24 E-2 05-01 06-23 06-24 08-20 12-24 12-25 12-26",
    "EG": "01-07 01-25 O+1 04-25 05-01 2025:03-30 2025:03-31 2025:04-01 2025:06-05 2025:06-06 "
    "2025:06-07 2025:06-08 2025:06-26 "
    "2025:07-03 2025:07-24 2025:09-04 2025:10-09",
    "ES": "01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
    "FI": "01-01 01-06 E-2 E+1 05-01 E+39 fri>06-19 12-06 12-24 12-25 12-26",
    "FR": "01-01 E+1 05-01 05-08 E+39 E+50 07-14 08-15 11-01 11-11 12-25",
    "GB-ENG": "01-01* E-2 E+1 mon1/05 monL/05 monL/08 12-25* 12-26*",
    "GR": "01-01 01-06 O-48 03-25 O-2 O+1 05-01 O+50 08-15 10-28 12-25 12-26",
    "HR": "01-01 01-06 E+1 05-01 05-30 E+60 06-22 08-05 08-15 11-01 11-18 12-25 12-26",
    "HU": "01-01 03-15 E-2 E+1 05-01 E+50 08-20 10-23 11-01 12-24 12-25 12-26 2025:05-02 2025:x05-17 2025:10-24 "
    "2025:x10-18 2025:x12-13 2026:01-02 2026:x01-10 2026:08-21 2026:x08-08",
    "IE": "01-01 brigid 03-17 E+1 mon1/05 mon1/06 mon1/08 monL/10 12-25 12-26",
    "IS": "01-01 E-3 E-2 E+1 thu>04-19 05-01 E+39 E+50 06-17 mon1/08 12-25 12-26",
    "IT": "01-01 01-06 E+1 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26 2027:10-04",
    "JP": "01-01 mon2/01 02-11+ 02-23+ 03-20 04-29+ 05-03 05-04 05-05 mon3/07 08-11+ mon3/09 mon2/10 11-03+ 11-23+ "
    "2025:09-23 2025:05-06 2026:05-06 2026:09-22 2026:09-23 2027:03-21 2027:03-22 2027:09-23",
    "KZ": "01-01* 01-02* 01-07 03-08* 03-21* 03-22* 03-23* 05-01* "
    "05-07* 05-09* 07-06* 08-30* 10-25* 12-16* 2025:01-03 2025:x01-05 2025:06-06",
    "LI": "01-01 01-06 02-02 03-19 E+1 05-01 E+39 E+50 E+60 08-15 09-08 11-01 12-08 12-25 12-26",
    "LT": "01-01 02-16 03-11 E+1 05-01 06-24 07-06 08-15 11-01 11-02 12-24 12-25 12-26",
    "LU": "01-01 E+1 05-01 05-09 E+39 E+50 06-23 08-15 11-01 12-25 12-26",
    "LV": "01-01 E-2 E+1 05-01 05-04* 06-23 06-24 11-18* 12-24 12-25 12-26 12-31 2025:05-02 2025:x05-10 "
    "2025:11-17 2025:x11-08 2026:01-02 2026:x01-17 2026:06-22 2026:x06-27",
    "MT": "01-01 02-10 03-19 03-31 E-2 05-01 06-07 06-29 08-15 09-08 09-21 12-08 12-13 12-25",
    "NL": "01-01 E-2 E+1 E+39 E+50 koning 12-25 12-26 2025:05-05",
    "NO": "01-01 E-3 E-2 E+1 05-01 05-17 E+39 E+50 12-25 12-26",
    "PL": "01-01 01-06 E+1 05-01 05-03 E+60 08-15 11-01 11-11 12-24 12-25 12-26",
    "PT": "01-01 E-2 04-25 05-01 E+60 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
    "RO": "01-01 01-02 01-06 01-07 01-24 O-2 O+1 05-01 06-01 O+50 08-15 11-30 12-01 12-25 12-26",
    "RU": "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-09 06-12 11-04 2025:05-02 2025:05-08 "
    "2025:06-13 2025:11-03 2025:x11-01 2025:12-31 2026:01-09 2026:03-09 2026:05-11 2026:12-31",
    "SE": "01-01 01-06 E-2 E+1 05-01 E+39 06-06 12-25 12-26",
    "SI": "01-01 01-02 02-08 E+1 04-27 05-01 05-02 06-25 08-15 10-31 11-01 12-25 12-26",
    "SK": "01-01 01-06 E-2 E+1 05-01 07-05 08-29 11-01 12-24 12-25 12-26 2025:05-08 2025:09-15 2027:05-08 2027:09-15",
    "US": _FEDERAL,
    "US-AK": f"{_FEDERAL} monL/03 10-18^",
    "US-AL": f"{_FEDERAL} mon4/04 mon1/06",
    "US-CA": f"{_FEDERAL} 03-31+ fri>11-23",
    "US-CT": f"{_FEDERAL} 02-12^ E-2",
    "US-DE": f"{_FEDERAL} E-2 fri>11-23 even:tue>11-02",
    "US-HI": f"{_FEDERAL} 03-26^ E-2 06-11^ fri3/08 even:tue>11-02",
    "US-IL": f"{_FEDERAL} 02-12^ even:tue>11-02",
    "US-ME": f"{_FEDERAL} mon3/04",
    "US-ND": f"{_FEDERAL} E-2",
    "US-TN": f"{_FEDERAL} E-2",
    "US-VT": f"{_FEDERAL} tue1/03 08-16^",
    "US-RI": f"{_FEDERAL} mon2/08",
}


def western(year: int) -> date:
    """Sunday after the first ecclesiastical full moon of spring (Gauss, as amended by Lichtenberg)."""
    k = year // 100
    moon = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25
    sun = 2 - (3 * k + 3) // 4
    a = year % 19
    d = (19 * a + moon) % 30
    full = 21 + d - (d // 29 + (d // 28 - d // 29) * (a // 11))
    first = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + timedelta(days=full + 7 - (full - first) % 7 - 1)


def eastern(year: int) -> date:
    """By Meeus' rule for the Julian calendar, told in the Gregorian of 1900 through 2099."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def _named(name: str, year: int) -> date:
    if name == "brigid":  # first Monday of February, unless the first is a Friday
        first = date(year, 2, 1)
        return first if first.weekday() == 4 else _from(first, 0)
    day = date(year, 4, 27)  # koning: on Sunday kept the day before
    return day - timedelta(days=1) if day.weekday() == 6 else day


def _from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _plain(rule: str, year: int) -> date:
    if rule in ("brigid", "koning"):
        return _named(rule, year)
    if rule[0] in "EO":
        return (western if rule[0] == "E" else eastern)(year) + timedelta(days=int(rule[1:]))
    if found := re.fullmatch(r"(\w{3})(\d|L)/(\d\d)", rule):
        weekday, month = _NAMES.index(found[1]), int(found[3])
        if found[2] == "L":
            last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - weekday) % 7)
        return _from(date(year, month, 1), weekday) + timedelta(days=7 * (int(found[2]) - 1))
    if found := re.fullmatch(r"(\w{3})>(\d\d)-(\d\d)", rule):
        return _from(date(year, int(found[2]), int(found[3])), _NAMES.index(found[1]))
    month_, day = map(int, rule.split("-"))
    return date(year, month_, day)


def _moved(day: date, how: str, taken: set[date]) -> date:
    weekday = day.weekday()
    if how == "^":
        return day + timedelta(days={5: -1, 6: 1}.get(weekday, 0))
    if how == "+":
        return day + timedelta(days=weekday == 6)
    if how == "~":
        return _from(day, 0)
    if how == "!":  # Tuesday to Monday, Wednesday and Thursday to Friday, a weekend to the nearest working day
        return day + timedelta(days={1: -1, 2: 2, 3: 1, 5: -1, 6: 1}.get(weekday, 0))
    while day.weekday() > 4 or day in taken:
        day += timedelta(days=1)
    return day


def _year(code: str, year: int) -> Iterator[tuple[bool, date]]:
    """(worked, day). Moved days of a weekend come after those that stand where they are."""
    taken: set[date] = set()
    rules = RULES[code].split()
    for rule in sorted(rules, key=lambda one: one.endswith("*")):
        when, _, rest = rule.rpartition(":")
        if when in ("even", "odd") and (year % 2 == 0) is not (when == "even"):
            continue
        if when.isdigit() and int(when) != year:
            continue
        worked, rest = rest.startswith("x"), rest.removeprefix("x")
        how = rest[-1] if rest[-1] in "^+*~!" else ""
        day = _plain(rest.removesuffix(how) if how else rest, year)
        moved = _moved(day, how, taken) if how else day
        taken.add(moved)
        yield worked, moved


def working(code: str, day: date) -> bool:
    """Whether `day` is a working day there. Walks the neighbouring years: a holiday may move across New Year."""
    told = [pair for year in (day.year - 1, day.year, day.year + 1) for pair in _year(code, year)]
    if (True, day) in told:
        return True
    return day.weekday() not in WEEKENDS.get(code, {5, 6}) and (False, day) not in told
