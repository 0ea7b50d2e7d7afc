"""A real IMAP server (Dovecot) on loopback, with a certificate of its own and one mailbox."""

import getpass
import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{users}
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
first_valid_uid = 1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
  }}
}}
service stats {{
  chroot =
}}
"""


def found() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Imap:
    """`url`: imaps://, whose certificate is `certificate`. `put` delivers a letter."""

    def __init__(self) -> None:
        # Not below a folder of pytest, which is closed to the account that reads the mailbox.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="bd-imap-"))
        folder.chmod(0o755)
        root = os.getuid() == 0
        who = pwd.getpwnam("nobody" if root else getpass.getuser())
        users = "" if root else f"default_internal_user = {who.pw_name}\ndefault_login_user = {who.pw_name}"
        self._port, self._secure = _free(), _free()
        self.certificate = folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "key.pem"), "-out",
             str(self.certificate)], check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        (folder / "dovecot.conf").write_text(
            _CONFIG.format(
                run=folder / "run", folder=folder, users=users, uid=who.pw_uid, gid=who.pw_gid, port=self._port,
                secure=self._secure,
            )
        )  # fmt: skip
        self._who = who
        self.url = f"imaps://people@localhost:{self._secure}/INBOX"
        self.plain = f"imap://people@localhost:{self._port}/INBOX"
        self._process: subprocess.Popen[bytes] | None = None
        self._box = mailbox.Maildir(folder / "mail", create=True)
        self._own()

    def _own(self) -> None:
        if os.getuid() == 0:
            for base, folders, files in os.walk(self.folder / "mail"):
                for name in [".", *folders, *files]:
                    os.chown(Path(base) / name, self._who.pw_uid, self._who.pw_gid)

    def put(self, raw: bytes) -> None:
        self._box.add(raw)
        self._own()

    def seen(self) -> int:
        """How many letters are marked as seen."""
        return sum("S" in one.get_flags() for one in mailbox.Maildir(self.folder / "mail"))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(found()), "-F", "-c", str(self.folder / "dovecot.conf")], stderr=subprocess.DEVNULL
        )
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                socket.create_connection(("127.0.0.1", self._secure), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError((self.folder / "log").read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)
