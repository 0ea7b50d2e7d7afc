"""Checkpoints, keys and proofs are the texts of C2SP: others can read ours, we can read theirs."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.keys import BadKey, Purpose, new_key
from breachdesk.journal import verify
from breachdesk.journal.note import Signer, proof_text
from breachdesk.journal.tree import Tree
from tests.corpus import corpus

ORIGIN = "breach.example.org/cases"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(ORIGIN, new_key("journal", Purpose.SIGN))


def test_a_checkpoint_reads_back_under_its_own_key_alone(signer: Signer) -> None:
    note = signer.checkpoint(37, bytes(range(32)))
    assert verify.read_checkpoint(verify.signed_by(note, signer.vkey)) == (ORIGIN, 37, bytes(range(32)))
    with pytest.raises(ValueError):
        verify.signed_by(note, Signer(ORIGIN, new_key("other", Purpose.SIGN)).vkey)


def test_a_signature_of_somebody_unknown_is_passed_over_and_a_wrong_one_of_ours_is_not(signer: Signer) -> None:
    note = signer.checkpoint(1, bytes(32))
    witness = "\u2014 witness.example.org " + base64.b64encode(b"\1\2\3\4" + bytes(64)).decode() + "\n"
    assert verify.signed_by(note + witness.encode(), signer.vkey)
    text, ours = note.decode().split("\n\n")
    bad = base64.b64encode(base64.b64decode(ours.split(" ")[2])[:4] + bytes(64)).decode()
    with pytest.raises(ValueError):
        verify.signed_by(f"{note.decode()}\u2014 {ORIGIN} {bad}\n".encode(), signer.vkey)
    assert text


@pytest.mark.parametrize("change", ["\r\n", "\n\n", "38", "037", "-1", "x"])
def test_a_checkpoint_in_another_form_is_refused(signer: Signer, change: str) -> None:
    with pytest.raises(ValueError):
        verify.read_checkpoint(f"{ORIGIN}\n{change}\n".encode())


@pytest.mark.parametrize(
    "vkey",
    ["", "a+b", "name+00000000+AQ==", "+3df059eb+Ac+w6tFLKBn/IhIca+l+AwyGcteyM1xCDu1X/Gp5J0d+", "name+zz+!!"],
)
def test_a_key_that_is_none_is_refused(vkey: str) -> None:
    with pytest.raises(ValueError):
        verify.read_vkey(vkey)


@given(st.binary(max_size=200))
def test_pure_python_accepts_what_the_library_signs_and_nothing_else(message: bytes) -> None:
    signer = Signer(ORIGIN, new_key("journal", Purpose.SIGN))
    _, _, public = verify.read_vkey(signer.vkey)
    signature = signer._private.sign(message)
    assert verify.signature_holds(public, message, signature)
    assert not verify.signature_holds(public, message + b"x", signature)
    lifted = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    if lifted < 2**256:  # the same signature in another coat (RFC 8032 5.1.7 forbids it)
        assert not verify.signature_holds(public, message, signature[:32] + lifted.to_bytes(32, "little"))


def test_a_proof_holds_for_its_entry_key_and_case_only(signer: Signer) -> None:
    entries = [verify.canonical({"seq": seq, "case": f"c{seq % 2}"}) for seq in range(1, 8)]
    tree = Tree()
    for entry in entries:
        tree.add(verify.leaf_hash(entry))
    proof = proof_text(3, tree.inclusion(3), signer.checkpoint(7, tree.root()))
    assert verify.proof_holds(proof, entries[3], signer.vkey)
    assert verify.proof_holds(proof, entries[3], signer.vkey, case="c0")
    assert not verify.proof_holds(proof, entries[3], signer.vkey, case="c1")
    assert not verify.proof_holds(proof, entries[4], signer.vkey)
    assert not verify.proof_holds(proof.replace(b"index 3", b"index 4"), entries[4], signer.vkey)
    assert not verify.proof_holds(proof, entries[3], Signer(ORIGIN, new_key("other", Purpose.SIGN)).vkey)
    assert not verify.proof_holds(b"", entries[3], signer.vkey)


def test_a_sealing_key_does_not_sign() -> None:
    with pytest.raises(BadKey):
        Signer(ORIGIN, new_key())


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak"])
def test_a_log_has_a_name_that_fits_a_note(origin: str) -> None:
    with pytest.raises(ValueError):
        Signer(origin, new_key("journal", Purpose.SIGN))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees_about_a_checkpoint(signer: Signer, tmp_path: Path) -> None:
    text, signatures = verify.read_note(signer.checkpoint(37, bytes(32)))
    public = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + verify.read_vkey(signer.vkey)[2]
    (tmp_path / "key.der").write_bytes(public)
    (tmp_path / "text").write_bytes(text)
    (tmp_path / "signature").write_bytes(signatures[0][2])
    ask = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", str(tmp_path / "key.der")]
    ask += ["-in", str(tmp_path / "text"), "-sigfile", str(tmp_path / "signature")]
    assert subprocess.run(ask, capture_output=True, timeout=60).returncode == 0
    (tmp_path / "text").write_bytes(text.replace(b"37", b"38"))
    assert subprocess.run(ask, capture_output=True, timeout=60).returncode != 0


@pytest.mark.corpus
def test_a_log_made_by_other_tools_is_read_the_same() -> None:
    sample = corpus("data", "tlog-sample")
    vkey = (sample / "sample.vkey").read_text()
    index, path, note = verify.read_proof((sample / "sample.tlog-proof").read_bytes())
    _, size, root = verify.read_checkpoint(verify.signed_by(note, vkey))
    leaf = verify.leaf_hash((sample / "sample.leaf").read_bytes())
    tree = Tree()
    for number in range(37):
        tree.add(verify.leaf_hash(b"event %d" % number))
    assert tree.root() == root
    assert verify.inclusion_holds(index, size, leaf, path, root)
    assert proof_text(index, tree.inclusion(index), note) == (sample / "sample.tlog-proof").read_bytes()
