"""xlsx and ods as streams of cells, however large or sparse a sheet claims to be. Entities in their XML are refused."""

import zipfile

from breachdesk.scope.readers import ods, xlsx
from breachdesk.scope.readers.feed import HaltError, Item
from breachdesk.scope.readers.intake import Intake
from breachdesk.scope.readers.sheet import Sheet
from breachdesk.scope.shapes import Problem


def read(kind: str, archive: zipfile.ZipFile, item: Item, intake: Intake) -> None:
    """Every sheet becomes a table; a sheet that cannot be read leaves the others alone."""
    size = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist())
    if size > intake.limits.grace and size > intake.limits.ratio * max(packed, 1):
        raise HaltError(Problem("bomb_ratio", "", f"{intake.limits.ratio}:1"))
    if kind == "xlsx":
        book = xlsx.Book(archive, intake.limits.workbook)
        for name, member in book.sheets:
            _sheet(name, member, book, item, intake)
    else:
        ods.read(archive, lambda name: Sheet(kind, name, item, intake))


def _sheet(name: str, member: str, book: xlsx.Book, item: Item, intake: Intake) -> None:
    sheet = Sheet("xlsx", name, item, intake)
    try:
        book.rows(member, sheet.add)
    except HaltError as halt:
        sheet.problem(halt.problem)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, ValueError):
        sheet.problem(Problem("corrupt"))
    finally:
        sheet.close()
