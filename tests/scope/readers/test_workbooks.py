"""xlsx, xls and ods: sheets, where the table begins, dates and numbers, and what hostile workbooks try."""
# ruff: noqa: E501 - evidence is written as it comes, long lines and all

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P

from tests.scope.readers.gathered import gather, only

CONTENT = '<?xml version="1.0"?>{doctype}<office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Payroll"
    for row in (
        ["Confidential payroll of ACME"],
        [],
        ["id", "name", "born", "seen", "card", "paid", "ok", "id"],
        [1, "Zoë & <Ann>", date(1980, 1, 2), datetime(2026, 1, 2, 3, 4, 5), 4111111111111111, 10.5, True, "x"],
        [2, None, None, None, "0012", 3.0, False, None],
    ):
        sheet.append(row)
    other = book.create_sheet("Второй")
    other.append(["a@example.org", time(3, 4, 5)])
    other.append(["b@example.org", time(3, 4, 6)])
    other.sheet_state = "hidden"
    book.create_sheet("empty")
    book.save(path)


def test_xlsx_sheets_become_tables_headers_found_below_titles(tmp_path: Path) -> None:
    path = tmp_path / "staff.bin"
    workbook(path)
    sink = gather(path)
    payroll = sink.tables["staff.bin/Payroll"]
    assert payroll.kind == "xlsx"
    assert payroll.columns == ["id", "name", "born", "seen", "card", "paid", "ok", "id_2"]
    assert payroll.rows == [
        ("1", "Zoë & <Ann>", "1980-01-02", "2026-01-02 03:04:05", "4111111111111111", "10.5", "true", "x"),
        ("2", None, None, None, "0012", "3", "false", None),
    ]
    assert sink.rows["staff.bin/Второй"] == [("a@example.org", "03:04:05"), ("b@example.org", "03:04:06")]
    assert not sink.codes


def ods(rows: str, doctype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", CONTENT.format(rows=rows, doctype=doctype))
    return out.getvalue()


def test_ods_cells_dates_and_repeats(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    document = OpenDocumentSpreadsheet()
    table = OdfTable(name="People")
    for cells in (["id", "name", "born"], [1, "Zoë", date(1980, 1, 2)], [2, "Пётр", None]):
        row = TableRow()
        for cell in cells:
            if isinstance(cell, int):
                made = TableCell(valuetype="float", value=cell)
            elif isinstance(cell, date):
                made = TableCell(valuetype="date", datevalue=cell.isoformat())
            else:
                made = TableCell(valuetype="string")
            if cell is not None:
                made.addElement(P(text=str(cell)))
            row.addElement(made)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(path)
    found = only(path)
    assert found.source == "x.ods/People"
    assert found.columns == ["id", "name", "born"]
    assert found.rows == [("1", "Zoë", "1980-01-02"), ("2", "Пётр", None)]


def rewritten(path: Path, member: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {info.filename: archive.read(info) for info in archive.infolist()}
    assert old in held[member].decode()
    held[member] = held[member].decode().replace(old, new, 1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE])
def test_entities_in_a_workbook_are_refused_and_other_files_read(tmp_path: Path, doctype: str) -> None:
    workbook(tmp_path / "a.xlsx")
    rewritten(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", "<worksheet", doctype + "<worksheet")
    row = "<table:table-row><table:table-cell><text:p>&a;</text:p></table:table-cell></table:table-row>"
    (tmp_path / "b.ods").write_bytes(ods(row, doctype))
    (tmp_path / "good.csv").write_text("id,mail\n1,a@example.org\n2,b@example.org\n")
    sink = gather(tmp_path)
    assert sink.codes == {"a.xlsx/Payroll": ["xml_entities"], "b.ods": ["xml_entities"]}
    assert sink.tables["good.csv"].count == 2
    assert "a.xlsx/Второй" in sink.tables
    assert not any("root:" in str(row) for rows in sink.rows.values() for row in rows)


def test_a_sheet_that_claims_to_be_endless_costs_no_memory(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    (tmp_path / "a.ods").write_bytes(ods(row))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B1"] = "id", "mail"
    sheet["A2"], sheet["B2"] = 1, "ann@example.org"
    sheet["XFD1048576"] = "far"
    book.save(tmp_path / "b.xlsx")
    sink = gather(tmp_path)
    assert set(sink.tables["a.ods/S"].codes) == {"repeated_cells"}
    assert sink.tables["a.ods/S"].count == 1000
    table = sink.tables["b.xlsx/Sheet"]
    assert table.rows[0][:2] == ("1", "ann@example.org")
    assert table.count == 2


def test_a_password_protected_workbook_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(compound("EncryptedPackage"))
    (tmp_path / "b.doc").write_bytes(compound("WordDocument"))
    (tmp_path / "c.msg").write_bytes(compound("__substg1.0_0037001F"))
    sink = gather(tmp_path)
    assert sink.codes == {"a.xlsx": ["encrypted"], "b.doc": ["not_read_yet"], "c.msg": ["not_read_yet"]}
    assert not sink.tables


def compound(stream: str) -> bytes:
    """The least a compound file needs to show what it holds: a header and a directory with one name."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (0).to_bytes(4, "little")
    directory = bytearray(512)
    for place, name in enumerate(("Root Entry", stream)):
        raw = name.encode("utf-16-le")
        directory[place * 128 : place * 128 + len(raw)] = raw
    return bytes(header + directory) + b"\x00" * 4096


def test_a_workbook_cut_off_gives_what_stands_before_the_cut_and_says_so(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    raw = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(raw[: len(raw) - 200])
    sink = gather(tmp_path)
    assert any("truncated" in codes for codes in sink.codes.values())
