"""Modules run by processes of their own, so that they can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Protocol


class Run(Protocol):
    """`name`: of the database that what is run works in."""

    name: str

    def __call__(self, module: str, *words: str, kill: Callable[[], None] | None = None) -> Any: ...


def runner(given: dict[str, str]) -> Any:
    def do(module: str, *words: str, kill: Callable[[], None] | None = None) -> Any:
        command = [sys.executable, "-m", module, *words]
        with subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.PIPE, text=True) as child:
            if kill is not None:
                kill()
                child.kill()
                return None
            said, _ = child.communicate(timeout=120)
            assert child.returncode == 0, said
            return json.loads(said.splitlines()[-1])

    return do
