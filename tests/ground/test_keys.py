"""Keys lie outside every pack, for their owner alone, are never overwritten, and can be destroyed."""

import os
import threading
from pathlib import Path

import pytest

from breachdesk.ground.keys import BadKey, Key, KeyExists, KeyRing, NoKey, Purpose, new_key, outside


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def test_a_key_made_is_the_key_got(ring: KeyRing) -> None:
    made = ring.create("people-2026")
    assert ring.get("people-2026") == made == ring.find(made.id) == ring.get_or_create("people-2026")
    assert len(made.secret) == 32
    assert ring.names() == ["people-2026"]


def test_ring_and_keys_are_for_their_owner_alone(ring: KeyRing) -> None:
    ring.create("people")
    assert ring.folder.stat().st_mode & 0o777 == 0o700
    assert (ring.folder / "people.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in ring.folder.iterdir()) == ["people.key"]


def test_a_key_never_shows_its_secret(ring: KeyRing) -> None:
    key = ring.create("people")
    assert repr(key.secret) not in repr(key)
    assert key.secret.hex() not in repr(key) + key.id
    (ring.folder / "people.key").write_text((ring.folder / "people.key").read_text()[:-9])
    with pytest.raises(BadKey) as refused:
        ring.get("people")
    assert "secret" not in str(refused.value)


def test_ids_differ_by_secret_and_by_purpose() -> None:
    one, two = new_key(), new_key()
    assert one.id != two.id
    assert Key("n", Purpose.SIGN, one.secret).id != one.id
    assert len(one.id) == 24


def test_keys_are_never_overwritten(ring: KeyRing) -> None:
    key = ring.create("people")
    with pytest.raises(KeyExists):
        ring.create("people")
    assert ring.get("people") == key


def test_many_who_want_the_same_new_key_get_one(ring: KeyRing) -> None:
    got: list[Key] = []
    threads = [threading.Thread(target=lambda: got.append(ring.get_or_create("people"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.id for key in got}) == 1
    assert len(got) == 12


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "A", "a..b", "a" * 101, "a\n", "ключ", "a b"])
def test_a_name_cannot_lead_out_of_the_ring(ring: KeyRing, name: str) -> None:
    with pytest.raises(BadKey):
        ring.create(name)
    with pytest.raises(BadKey):
        ring.get(name)


def test_a_key_destroyed_is_gone(ring: KeyRing) -> None:
    key = ring.create("people")
    assert ring.destroy("people") == key.id
    for ask in (lambda: ring.get("people"), lambda: ring.find(key.id), lambda: ring.destroy("people")):
        with pytest.raises(NoKey):
            ask()
    assert list(ring.folder.iterdir()) == []


def test_a_key_for_one_purpose_does_not_serve_another(ring: KeyRing) -> None:
    ring.create("journal", Purpose.SIGN)
    with pytest.raises(BadKey, match="for sign, not for seal"):
        ring.get_or_create("journal")


def test_what_others_can_read_is_no_secret(ring: KeyRing, tmp_path: Path) -> None:
    ring.create("people")
    (ring.folder / "people.key").chmod(0o640)
    with pytest.raises(BadKey, match="chmod 600"):
        ring.get("people")
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(BadKey, match="chmod 700"):
        KeyRing(tmp_path / "open")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadKey, match="not a folder"):
        KeyRing(tmp_path / "file")


def test_a_link_is_not_followed_to_a_key(ring: KeyRing, tmp_path: Path) -> None:
    ring.create("people")
    os.rename(ring.folder / "people.key", tmp_path / "elsewhere")
    (ring.folder / "people.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadKey):
        ring.get("people")


@pytest.mark.parametrize(
    "content", ["", "x", "breachdesk.key/1 seal 00 AA==\n", "breachdesk.key/2 seal 0 0\n", "a b c d"]
)
def test_a_damaged_key_is_refused(ring: KeyRing, content: str) -> None:
    ring.create("people")
    (ring.folder / "people.key").write_text(content)
    with pytest.raises(BadKey, match="damaged"):
        ring.get("people")


def test_a_key_whose_bytes_changed_no_longer_fits_its_id(ring: KeyRing) -> None:
    one, two = ring.create("one"), ring.create("two")
    text = (ring.folder / "one.key").read_text().replace(one.id, two.id)
    (ring.folder / "one.key").write_text(text)
    with pytest.raises(BadKey, match="damaged"):
        ring.get("one")


def test_keys_are_refused_a_place_in_the_pack(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (tmp_path / "link").symlink_to(pack)
    for inside in (pack, pack / "keys", pack / "a" / "b", tmp_path / "link" / "keys", pack / ".." / "pack" / "keys"):
        with pytest.raises(BadKey, match="outside"):
            outside(inside, pack)
    for fine in (tmp_path / "keys", tmp_path / "pack-keys"):
        assert outside(fine, pack) == fine.resolve()
