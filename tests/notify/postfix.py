"""A real Postfix on loopback that hands everything to one other server, with a folder, a queue and a log of its own."""

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.bakery.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:{next}
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_tls_security_level = none
smtpd_tls_security_level = none
soft_bounce = no
in_flow_delay = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""
# What master starts, none of it in a chroot.
_MASTER = """
127.0.0.1:{port} inet n - n - {most} smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - {hands} smtp
relay unix - - n - {hands} smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def missing() -> str:
    """Why there is none here, or nothing."""
    if shutil.which("postfix", path="/usr/sbin") is None:
        return "Postfix is not installed (tools/system-packages)"
    return "" if os.getuid() == 0 else "Postfix can be started by root only"


class Postfix:
    """`port` takes mail, `log` is its log. `most`: of how many connections at a time; `hands`: by how many it
    goes on; `more`: further lines of main.cf; `zone`: in whose time it writes its log."""

    def __init__(self, onward: int, *, most: int = 20, hands: int = 20, more: str = "", zone: str = "UTC") -> None:
        # Not below a folder of pytest: it is closed to the account of Postfix, and too long for the names of sockets.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="bd-mx-"))
        folder.chmod(0o755)
        self.port, self.log, self._zone = _free(), folder / "log", zone
        for name in ("queue", "data", "config"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "config" / "main.cf").write_text(_MAIN.format(folder=folder, next=onward) + more)
        (folder / "config" / "master.cf").write_text(_MASTER.format(port=self.port, most=most, hands=hands))

    def _does(self, what: str) -> subprocess.CompletedProcess[str]:
        command = ["/usr/sbin/postfix", "-c", str(self.folder / "config"), what]
        given = {**os.environ, "TZ": self._zone}
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=30)

    def start(self) -> None:
        done = self._does("start")
        assert done.returncode == 0, done.stderr + self.said()

    def stop(self) -> None:
        try:
            if self._does("stop").returncode:
                self._does("abort")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def knock(self) -> None:
        """Somebody else comes by, and the log goes on."""
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", self.port, timeout=5):
            pass


@contextmanager
def running(onward: int, *, alone: bool = False, **given: Any) -> Iterator[Postfix]:
    """A Postfix that goes on to the port `onward`, and that others visit every quarter of a second, unless `alone`."""
    if why := missing():
        pytest.skip(why)
    one, over = Postfix(onward, **given), threading.Event()

    def visit() -> None:
        while not over.wait(0.25):
            one.knock()

    visitor = threading.Thread(target=visit, daemon=True)
    try:
        one.start()
        if not alone:
            visitor.start()
        yield one
    finally:
        over.set()
        one.stop()
