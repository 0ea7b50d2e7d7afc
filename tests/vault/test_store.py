"""Sealed at rest under a key per case; the key wrapped; digests at intake; gone with its key."""

import hashlib
import io
from pathlib import Path

import pytest

from breachdesk.ground.keys import Key, KeyRing, Purpose, new_key
from breachdesk.ground.sealing import SealBroken, WrongKey
from breachdesk.vault.store import BadVault, Master, Vault, master

CASE = "5f0c0a52-1111-4222-8333-944455566677"
CONTENT = b"id,name\n1,Ada Petrova\n" * 60_000  # more than one chunk and one block


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def test_what_is_sealed_comes_back_with_its_digests_and_lies_there_unreadable(vault: Vault) -> None:
    key = new_key()
    taken = vault.seal(CASE, "item-1", io.BytesIO(CONTENT), key)
    assert taken.size == len(CONTENT)
    assert taken.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert taken.sha512 == hashlib.sha512(CONTENT).hexdigest()
    raw = vault.place(CASE, "item-1").read_bytes()
    assert b"Petrova" not in raw
    assert vault.open(CASE, "item-1", key).read() == CONTENT
    assert vault.check(CASE, "item-1", key) == taken


def test_a_changed_byte_is_found_when_an_item_is_handed_over(vault: Vault) -> None:
    key = new_key()
    vault.seal(CASE, "item-1", io.BytesIO(CONTENT), key)
    path = vault.place(CASE, "item-1")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(SealBroken):
        vault.check(CASE, "item-1", key)


def test_another_case_s_key_opens_nothing(vault: Vault) -> None:
    vault.seal(CASE, "item-1", io.BytesIO(CONTENT), new_key())
    with pytest.raises(WrongKey):
        vault.open(CASE, "item-1", new_key())


def test_what_breaks_off_on_the_way_in_leaves_nothing(vault: Vault) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("the network went away")
            return super().read(size)

    with pytest.raises(OSError, match="went away"):
        vault.seal(CASE, "item-1", Broken(CONTENT), new_key())
    assert list(vault.place(CASE, "item-1").parent.iterdir()) == []


def test_what_lies_in_the_vault_is_never_written_again(vault: Vault) -> None:
    key = new_key()
    vault.seal(CASE, "item-1", io.BytesIO(CONTENT), key)
    with pytest.raises(BadVault, match="already"):
        vault.seal(CASE, "item-1", io.BytesIO(b"something else"), key)
    assert vault.open(CASE, "item-1", key).read() == CONTENT


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", "A", "x" * 65, "item\n", "/etc/passwd"])
def test_names_of_the_vault_are_its_own(vault: Vault, name: str) -> None:
    with pytest.raises(BadVault, match="not a name"):
        vault.place(CASE, name)
    with pytest.raises(BadVault, match="not a name"):
        vault.place(name, "item-1")


def test_a_forgotten_case_leaves_no_file(vault: Vault) -> None:
    vault.seal(CASE, "item-1", io.BytesIO(CONTENT), new_key())
    vault.seal("other", "item-1", io.BytesIO(CONTENT), new_key())
    vault.forget_case(CASE)
    assert sorted(path.name for path in vault.folder.iterdir()) == ["other"]
    vault.forget_case(CASE)


def test_a_wrapped_key_opens_for_its_case_alone_and_under_its_master_alone() -> None:
    first = new_key()
    one, other = Master(first), Master(new_key())
    key = new_key()
    wrapped = one.wrap(key, CASE)
    assert key.secret not in wrapped
    assert one.unwrap(wrapped, CASE).secret == key.secret
    assert one.wrap(key, CASE) != wrapped
    for keeper, case, bytes_ in (
        (other, CASE, wrapped),
        (one, "another", wrapped),
        (one, CASE, wrapped[:-1]),
        (one, CASE, b""),
    ):
        with pytest.raises(BadVault, match="does not open"):
            keeper.unwrap(bytes_, case)
    assert one.id == Master(first).id != other.id


def test_the_master_key_comes_from_the_ring_from_outside_or_from_a_command(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    given = "ab" * 32
    assert master(ring=ring).id == master(ring=ring).id
    assert master(ring=ring, given=given).id == Master(Key("any", Purpose.SEAL, bytes.fromhex(given))).id
    assert master(ring=ring, command=f"echo {given}").id == Master(Key("any", Purpose.SEAL, bytes.fromhex(given))).id


@pytest.mark.parametrize(
    ("given", "command", "told"),
    [
        ("ab" * 32, "echo x", "both set"),
        ("AB" * 32, "", "64 hexadecimal"),
        ("", "echo secret-that-is-no-key", "64 hexadecimal"),
        ("", "exit 3", "did not print a key"),
    ],
)
def test_a_master_key_that_cannot_be_is_refused_without_being_shown(
    tmp_path: Path, given: str, command: str, told: str
) -> None:
    with pytest.raises(BadVault, match=told) as refused:
        master(ring=KeyRing(tmp_path / "keys"), given=given, command=command)
    assert "secret" not in str(refused.value)
    assert "AB" not in str(refused.value)
