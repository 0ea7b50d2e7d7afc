"""The journal in files: what happened, when, by whom; one line an entry, a signed checkpoint, provable offline."""

import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from breachdesk.ground.canonical import canonical
from breachdesk.ground.clock import Clock
from breachdesk.ground.files import write_whole
from breachdesk.ground.keys import KeyRing, NoKey, Purpose
from breachdesk.journal import entry as entries_
from breachdesk.journal import verify
from breachdesk.journal.bag import refresh_manifest
from breachdesk.journal.note import Signer, proof_text
from breachdesk.journal.shapes import (
    HOUSE,
    Actor,
    Attachment,
    BadEntry,
    Entry,
    JournalBroken,
    JournalError,
    NotWritten,
    Places,
    Value,
    Via,
)
from breachdesk.journal.store import Store
from breachdesk.journal.tree import Tree, leaf_hash


class Journal:
    """One log, open for writing by one process. Threads may share it. Keeps the promise of `Journalist`."""

    def __init__(self, places: Places, store: Store, signer: Signer, clock: Clock, case: str) -> None:
        self.places = places
        self.case = case
        self._store = store
        self._signer = signer
        self._clock = clock
        self._tree = Tree()
        self._cases: dict[str, int] = {}
        self._door = threading.RLock()

    @classmethod
    def open(cls, folder: Path, *, case: str, keyring: KeyRing, clock: Clock, origin: str = "breachdesk") -> Self:
        """Begin or continue the journal in `folder`; entries are written under `case`.

        The signing key is on `keyring` (one per journal, its name in log.vkey). All that was written is verified
        first, and what a crash left half-written is cut off and noted.
        Raises JournalBusy, JournalBroken, NoKey (begun with another ring), JournalError (no place to write).
        """
        entries_.check_case(case)
        places = Places(folder)
        store = Store(places.entries)
        try:
            signer = _signer(places, keyring, origin, begun=store.size > 0)
            journal = cls(places, store, signer, clock, case)
            journal._take_up()
        except BaseException:
            store.close()
            raise
        return journal

    @property
    def vkey(self) -> str:
        """The public key, to be given by a second channel."""
        return self._signer.vkey

    @property
    def size(self) -> int:
        return self._tree.size

    def write(
        self,
        type: str,
        *,
        actor: Actor,
        via: str,
        refs: Mapping[str, Value] | None = None,
        payload: Mapping[str, Value] | None = None,
        attachments: Sequence[Attachment] = (),
        case: str | None = None,
    ) -> Entry:
        """One durable entry. `payload` holds counts, names of things, reasons: never a value of a person concerned.

        Raises BadEntry for what may not be written, NotWritten when the disk does not take it (nothing stays).
        """
        entries_.check_type(type)
        content = entries_.plain(payload or {}, "payload")
        salt = secrets.token_bytes(entries_.SALT_BYTES)
        names = [item.name for item in attachments]
        case = case or self.case
        with self._door:
            envelope = entries_.envelope(
                type,
                seq=self._tree.size + 1,
                case=case,
                case_seq=self._cases.get(case, 0) + 1,
                at=self._clock(),
                actor=actor,
                via=via,
                refs=refs or {},
                payload=content,
                attachments=attachments,
                salt=salt,
            )
            self._store.append(entries_.line(envelope, content, salt, names))
            self._tree.add(leaf_hash(canonical(envelope)))
            self._cases[case] = envelope["case_seq"]
        return entries_.read({"envelope": envelope, "payload": content, "names": names})

    def checkpoint(self) -> bytes:
        """Sign the state and lay the note into the folder. The same state is not signed twice."""
        with self._door:
            note = self._signer.checkpoint(self._tree.size, self._tree.root())
            with contextlib.suppress(FileNotFoundError):
                if self.places.checkpoint.read_bytes() == note:
                    return note
            try:
                write_whole(self.places.checkpoint, note)
            except OSError as error:
                raise NotWritten(f"{self.places.checkpoint}: could not be written: {error.strerror}") from error
            return note

    def proof(self, seq: int) -> bytes:
        """A tlog-proof of entry `seq` (from 1) against a checkpoint of now."""
        with self._door:
            if not 1 <= seq <= self._tree.size:
                raise BadEntry(f"no entry {seq}: the journal has 1 to {self._tree.size}")
            note = self._signer.checkpoint(self._tree.size, self._tree.root())
            return proof_text(seq - 1, self._tree.inclusion(seq - 1), note)

    def consistency(self, size: int) -> list[bytes]:
        """The RFC 6962 proof that the first `size` entries of an earlier checkpoint are still the first."""
        with self._door:
            return self._tree.consistency(size)

    def publish(self, folder: Path | None = None) -> str:
        """Make `folder` (the journal's own when left out) complete for a reader: entries, checkpoint, log.vkey and
        verify.py. A MANIFEST in the pack around it learns of them. Returns the vkey."""
        with self._door:
            note = self.checkpoint()
            goal = Places(folder or self.places.folder)
            write_whole(goal.verifier, Path(verify.__file__).read_bytes(), mode=0o755)
            if goal.folder.resolve() != self.places.folder.resolve():
                write_whole(goal.entries, self.places.entries.read_bytes())
                write_whole(goal.checkpoint, note)
            write_whole(goal.vkey, self.vkey + "\n")
            pack = goal.folder.parent
            names = [f"{goal.folder.name}/{path.name}" for path in sorted(goal.folder.iterdir()) if path.is_file()]
            refresh_manifest(pack, names)
        return self.vkey

    def erase(self, seq: int, *, actor: Actor, via: str, reason: str) -> Entry:
        """Erase the contents and file names of entry `seq` for ever; the entry itself stays and stays provable."""
        with self._door:
            if not 1 <= seq <= self._tree.size:
                raise BadEntry(f"no entry {seq}: the journal has 1 to {self._tree.size}")
            self._store.replace(_without(self.places.entries, seq))
            return self.write(
                "journal.content.erased", actor=actor, via=via, refs={"seq": seq}, payload={"reason": reason}
            )

    def verify(self, vkey: str | None = None, since: Iterable[Path] = ()) -> verify.Report:
        """What verify.py says of this folder."""
        return verify.verify(str(self.places.folder), vkey or self.vkey, [str(path) for path in since])

    def close(self) -> None:
        """Let go of the lock. Nothing is signed here: call `checkpoint` or `publish` first."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_up(self) -> None:
        """Read what is there, and refuse to build on anything that is not whole."""
        for half in self.places.folder.glob(".*.????????.part"):
            half.unlink(missing_ok=True)  # left by a killed writer; ours is the only one now
        report = verify.Report()
        latest = None
        if self.places.checkpoint.exists():
            latest = verify.latest_checkpoint(str(self.places.checkpoint), self.vkey, report)
        entries = verify.Entries({latest[1]} if latest else set(), report, leaf=self._tree.add)
        whole = 0
        for text, ended in verify.lines_of(str(self.places.entries)):
            if not ended:
                break
            entries.take(text)
            whole += len(text) + 1
        verify.compare_latest(entries, latest, report)
        if report.faults:
            first = verify.sentence("fault", report.faults[0], "en")
            raise JournalBroken(
                f"{self.places.folder}: {first}; nothing is added to it: keep it as evidence and begin another folder"
            )
        self._cases = entries.cases
        if whole < self._store.size:
            self._repair(whole)

    def _repair(self, whole: int) -> None:
        with self.places.entries.open("rb") as file:
            file.seek(whole)
            rest = file.read()
        self._store.cut(whole)
        self.write(
            "journal.tail.repaired",
            actor=HOUSE,
            via=Via.FLOW,
            payload={"bytes": len(rest), "sha256": hashlib.sha256(rest).hexdigest()},
        )


def read(folder: Path) -> Iterator[Entry]:
    """The whole entries of the journal in `folder` (or in a pack, or a case bag), unverified and without any key, for
    showing.

    Raises JournalError when there is no journal or a line is no entry.
    """
    try:
        of_case = folder / verify.CASE_JOURNAL
        path = of_case if of_case.is_file() else Path(verify.find(str(folder))[0], "entries.jsonl")
        for number, (text, ended) in enumerate(verify.lines_of(str(path)), 1):
            if ended:
                yield _parsed(text, number)
    except (verify.Unusable, OSError) as error:
        raise JournalError(str(error)) from None


def _parsed(text: bytes, number: int) -> Entry:
    try:
        return entries_.read(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise JournalError(f"line {number} is no journal entry; run `breachdesk journal verify`") from None


def _signer(places: Places, keyring: KeyRing, origin: str, *, begun: bool) -> Signer:
    try:
        vkey = places.vkey.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        vkey = ""
    if not vkey:
        if begun:
            raise JournalBroken(f"{places.vkey}: missing, though the journal was begun; put it back from a copy")
        name = f"journal-{secrets.token_hex(8)}"
        signer = Signer(f"{origin}/{name}", keyring.create(name, Purpose.SIGN))
        write_whole(places.vkey, signer.vkey + "\n")
        return signer
    try:
        name = verify.read_vkey(vkey)[0]
        signer = Signer(name, keyring.get(name.rpartition("/")[2]))
    except NoKey as error:
        raise NoKey(f"{places.folder}: the key that signs this journal is missing: {error}") from None
    except ValueError as error:
        raise JournalBroken(f"{places.vkey}: {error}") from None
    if signer.vkey != vkey:
        raise JournalBroken(f"{places.vkey}: not the key this journal was begun with; put it back from a copy")
    return signer


def _without(path: Path, seq: int) -> Iterator[bytes]:
    for number, (text, _) in enumerate(verify.lines_of(str(path)), 1):
        if number != seq:
            yield text
            continue
        content: dict[str, Any] = json.loads(text)
        yield entries_.line(content["envelope"], None, None, None)
