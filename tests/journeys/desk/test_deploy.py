"""What deploy/ and the guide for administrators name is there: settings, commands, options. Nothing runs as root."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from breachdesk.cli.main import app, collect

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted((DEPLOY / "systemd").iterdir())
collect()


def options_of(command: str) -> list[str]:
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    return [option for parameter in found.params for option in parameter.opts]


@pytest.mark.parametrize("path", [*FILES, ROOT / "docs/guide/running-a-desk.md"], ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    known = set(re.findall(r"BREACHDESK_[A-Z_]+", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    named = {name.removesuffix("_FILE") for name in re.findall(r"BREACHDESK_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert named <= known


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_commands_that_exist(path: Path) -> None:
    for line in re.findall(r"^ExecStart=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        command = re.search(r"/bin/breachdesk (\w+)", line)
        assert command, line
        assert set(re.findall(r"--[a-z-]+", line)) <= set(options_of(command[1]))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_line(path: Path, tmp_path: Path) -> None:
    for unit in UNITS:  # a timer asks for its service; the program itself is installed elsewhere
        text = re.sub(
            r"^ExecStart=/opt/\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_is_shut_in() -> None:
    lines = (DEPLOY / "systemd" / "breachdesk.service").read_text(encoding="utf-8").splitlines()
    for line in ("User=breachdesk", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes"):
        assert line in lines


def test_the_container_is_not_root_and_asks_no_host_by_name() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert users == ["breachdesk"]
    assert text.index("USER breachdesk") < text.index("ENTRYPOINT")
    assert re.findall(r"https?://(?!localhost)\S+", text) == []
    assert "--require-hashes" in text
    for source, _ in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", text, re.MULTILINE):
        assert (ROOT / source).exists()


def test_compose_gives_the_desk_little_and_keeps_keys_apart_from_data() -> None:
    found: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    desk = found["services"]["desk"]
    assert desk["read_only"] is True
    assert desk["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in desk["ports"])
    volumes = dict(one.split(":") for one in desk["volumes"])
    assert set(volumes) == set(found["volumes"]) == {"data", "keys"}
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert f"BREACHDESK_DATA={volumes['data']} " in image
    assert f"BREACHDESK_KEYS={volumes['keys']} " in image
