"""gzip, bzip2, xz and zstd: one thing inside, which keeps the name of the file."""

from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.unpack import ENGINES, Unpacked

_SUFFIXES = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".gz": "", ".bz2": "", ".xz": "", ".zst": ""}


class Packed:
    """Unpacks as it reads; nothing is written to disk."""

    def sniff(self, head: Head) -> tuple[str, int]:
        for kind, (magic, _) in ENGINES.items():
            if head.raw.startswith(magic) and not (kind == "bzip2" and head.raw[4:10] not in _BZIP2):
                return kind, 95
        return "gzip", 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        name = item.name
        for suffix, instead in _SUFFIXES.items():
            if name.lower().endswith(suffix):
                name = name[: -len(suffix)] + instead
                break
        intake.unpacked(item, Unpacked(item.feed, kind), name)


# A block of data, or the end of an empty stream.
_BZIP2 = (b"1AY&SY", b"\x17rE8P\x90")

READER = Packed()
