"""How far a reader follows what it was handed. Evidence comes from criminals: every growth has an end."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """All sizes in bytes.

    `depth` archives inside archives; `ratio` expanded to packed bytes, asked for once `grace` bytes came out of one
    archive; `expanded` bytes out of all archives of a run together; `members` of one archive, and files of one folder;
    `line` from where a line, record or cell is named as too long (it is cut at eight times that); `workbook` the
    shared strings of a workbook, which are held in memory.
    """

    depth: int = 8
    ratio: int = 250
    grace: int = 256 * MIB
    expanded: int = 256 * GIB
    members: int = 200_000
    line: int = 8 * MIB
    workbook: int = 320 * MIB
