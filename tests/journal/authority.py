"""A time-stamping authority on loopback: OpenSSL's own, with a root and a certificate made for the test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.answering import answering

_CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """`root`: the PEM file of whoever signs its certificate. `url` is set while it is open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.root, self.url, self.seen = folder, folder / "root.pem", "", 0
        for name, section in (("root", "ca"), ("tsa", "stamping")):
            config = folder / f"{name}.cnf"
            config.write_text(_CONFIG.format(name=f"Test {name}", folder=folder))
            under = ["-CA", str(self.root), "-CAkey", str(folder / "root.key")] if name == "tsa" else []
            self._run(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", str(config), "-extensions",
                section, "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem"), *under,
            )  # fmt: skip
        (folder / "serial").write_text("01\n")

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)

    def stamp(self, question: bytes) -> bytes:
        """The answer to a query, as `openssl ts` gives it."""
        self.seen += 1
        (self.folder / "q.tsq").write_bytes(question)
        self._run(
            "ts", "-reply", "-config", str(self.folder / "tsa.cnf"), "-section", "here", "-queryfile",
            str(self.folder / "q.tsq"), "-signer", str(self.folder / "tsa.pem"), "-inkey",
            str(self.folder / "tsa.key"), "-out", str(self.folder / "a.tsr"),
        )  # fmt: skip
        return (self.folder / "a.tsr").read_bytes()

    @contextmanager
    def open(self) -> Iterator["Authority"]:
        with answering(lambda method, path, body, headers: (200, self.stamp(body))) as url:
            self.url = url
            yield self
