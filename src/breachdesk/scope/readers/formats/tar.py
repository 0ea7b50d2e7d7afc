"""tar, read as a stream. Links and devices are named, never followed or made."""

import tarfile
from typing import IO, cast

from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.shapes import Problem


class Tar:
    """Members come one behind another; each is read before the next."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "tar", 92 if _is_header(head.raw[:512]) else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        with tarfile.open(fileobj=cast(IO[bytes], item.feed), mode="r|", errorlevel=2) as archive:
            for count, member in enumerate(archive, start=1):
                if count > intake.limits.members:
                    intake.unreadable(item, kind, Problem("too_many_members", "", str(intake.limits.members)))
                    return
                self._member(archive, member, item, intake)
                archive.members = []  # type: ignore[attr-defined]  # or it remembers every one
                if item.burst:
                    return

    def _member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, item: Item, intake: Intake) -> None:
        if member.isdir():
            return
        if member.issym() or member.islnk():
            intake.unreadable(item, "link", Problem("link_in_archive"), part=member.name)
            return
        if not member.isreg():
            intake.unreadable(item, "device", Problem("not_a_file"), part=member.name)
            return
        file = archive.extractfile(member)
        assert file is not None
        intake.member(item, member.name, file, packed=0)


def _is_header(block: bytes) -> bool:
    """By its sum: the bytes of a header, its own field taken as blanks."""
    if len(block) < 512 or not block[0]:
        return False
    try:
        stated = int(block[148:156].strip(b" \x00") or b"-1", 8)
    except ValueError:
        return False
    return stated == sum(block[:148]) + 256 + sum(block[156:512])


READER = Tar()
