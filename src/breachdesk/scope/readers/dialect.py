"""How delimited text is written: delimiter, quotes, what stands above the table, whether the first row is a header."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = ("\t", ",", ";", "|", "\x01", "\x1f")
_ROWS = 200
_SPAN = 60  # lines a row of honest data may stretch over
_IDENTIFIER = re.compile(r"[^\W\d][\w .,:/#()'&*%°№\[\]-]{0,79}\Z")
_DATA = re.compile(
    r"""[-+]?[\d.,\s]*\d[%\s]*\Z                      # a number
      | \d{1,4}[-./]\d{1,2}[-./]\d{1,4}               # a date
      | [^@\s]+@[^@\s]+\.\w+\Z                        # an e-mail address
      | \+?\d[\d\s().-]{6,}\Z                         # a phone
      | [0-9a-f]{8}-[0-9a-f]{4}-                      # a UUID
      | \$2[aby]\$ | [0-9a-f]{32,}\Z | https?://
      | (?:true|false|null|none|yes|no|[mfyn])\Z""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skip` lines stand above the table; `header` holds the names, None when the first row is data already."""

    delimiter: str
    quote: str = '"'
    escaped: bool = False  # a quote inside is written \" instead of ""
    skip: int = 0
    header: tuple[str, ...] | None = None
    width: int = 0
    sure: int = 0


def find(text: str, *, whole: bool) -> Dialect | None:
    """The dialect `text` (the head of a file) is written in, or None when it is no table."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    best: Dialect | None = None
    best_score = 0.0
    for quote in ('"', "'") if re.search(r"(^|[,;\t|])'[^'\n]*'[,;\t|\n]", text) else ('"',):
        for delimiter in DELIMITERS:
            if delimiter not in text:
                continue
            score, found = _try(text, delimiter, quote)
            if found and score > best_score + 1e-9:
                best, best_score = found, score
    return best


def _try(text: str, delimiter: str, quote: str) -> tuple[float, Dialect | None]:
    escaped = f"\\{quote}" in text and _escapes(text, delimiter, quote)
    rows = sample(text.replace(f"\\{quote}", quote * 2) if escaped else text, delimiter, quote)
    widths = Counter(len(row) for _, row in rows)
    if not widths:
        return 0.0, None
    width = max(widths, key=lambda each: (widths[each] * (each > 1), each))
    first = next((place for place, (_, row) in enumerate(rows) if len(row) == width), 0)
    body = rows[first:]
    share = sum(len(row) == width for _, row in body) / len(body)
    if width < 2 or share < 0.7 or first > 30 or (first and len(body) < 3):
        return 0.0, None
    if _is_prose([row for _, row in body], delimiter, quote, text):
        return 0.0, None
    header = _header([row for _, row in body if len(row) == width])
    if len(body) == 1 and header is None and width < 3:
        return 0.0, None
    sure = 50 + int(20 * share) + min(width, 10) + (5 if len(body) > 5 else 0) - (20 if len(body) == 1 else 0)
    found = Dialect(delimiter, quote, escaped, body[0][0], header, width, sure)
    cells = [cell for _, row in body for cell in row]
    whole = sum(cell.count(quote) % 2 == 0 for cell in cells) / len(cells)
    return share * whole * (1 - 0.5 / width), found


def _escapes(text: str, delimiter: str, quote: str) -> bool:
    """Whether rows hold together better when backslash-quote is read as a quote inside a field."""
    plain = Counter(len(row) for _, row in sample(text, delimiter, quote))
    other = Counter(len(row) for _, row in sample(text.replace(f"\\{quote}", quote * 2), delimiter, quote))
    if not plain or not other:
        return False
    return other.most_common(1)[0][1] / other.total() > plain.most_common(1)[0][1] / plain.total()


def sample(text: str, delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """The first rows with the line each begins on; where a quote is never closed, quotes are letters."""
    lines = text.split("\n")[: _ROWS * 3]
    while lines and not lines[-1]:
        lines.pop()
    reader = csv.reader([line + "\n" for line in lines], delimiter=delimiter, quotechar=quote)
    rows: list[tuple[int, list[str]]] = []
    begin = 0
    try:
        for row in reader:
            if reader.line_num - begin > _SPAN:
                return [(place, line.split(delimiter)) for place, line in enumerate(lines) if line][:_ROWS]
            if row:
                rows.append((begin, row))
            begin = reader.line_num
            if len(rows) >= _ROWS:
                break
    except csv.Error:
        pass
    return rows


def _is_prose(rows: Sequence[Sequence[str]], delimiter: str, quote: str, text: str) -> bool:
    """Sentences hold commas too, but a blank stands after them and the pieces are long."""
    if delimiter not in ",;":
        return False
    cells = [cell for row in rows for cell in row[1:]]
    spaced = sum(cell.startswith(" ") for cell in cells)
    if spaced < 0.8 * len(cells) or f"{delimiter} {quote}" in text:
        return False
    firsts = [row[0] for row in rows]
    return sum(cell.count(" ") > 2 for cell in firsts) > 0.2 * len(firsts) or len(rows) < 3


def _header(rows: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The first row when it names columns: words, no data in it, nothing that comes again below."""
    first = [cell.strip() for cell in rows[0]]
    named = [cell for cell in first if cell]
    if len(named) < max(1, len(first) // 2) or any(_DATA.match(cell) for cell in named):
        return None
    if sum(bool(_IDENTIFIER.match(cell)) for cell in named) < 0.8 * len(named):
        return None
    body = [row for row in rows[1:] if list(row) != list(rows[0])]  # dumps glued together repeat their header
    if any(cell in {row[place].strip() for row in body} for place, cell in enumerate(first) if cell):
        return None
    if not body and len(rows) > 1:
        return None
    if not body or len({cell.lower() for cell in named}) < len(named):
        return tuple(first) if _names_things(named) else None
    if any(_DATA.match(row[place].strip()) for row in body for place in range(len(first)) if row[place].strip()):
        return tuple(first)
    return tuple(first) if _names_things(named) or len(body) > 1 else None


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...] | None]:
    """Where a sheet's table begins, and its header there: titles and remarks above fill few cells, a header most."""
    counts = sorted(sum(map(bool, row)) for row in rows)
    usual = counts[len(counts) // 2]
    for place, row in enumerate(rows[:20]):
        if sum(map(bool, row)) >= max(1, usual * 0.6):
            width = max(column for column, cell in enumerate(row) if cell) + 1
            header = _header([each[:width] for each in rows[place:]])
            return place, header and (*header, *[""] * (len(row) - width))
    return 0, None


def _names_things(cells: Sequence[str]) -> bool:
    """Words such as column names are made of: joined by underscores, or in camel case, or all small."""
    return all(re.fullmatch(r"[^\W\d]\w*", cell) for cell in cells) and any(
        "_" in cell or cell.islower() or re.search(r"[a-z][A-Z]", cell) for cell in cells
    )
