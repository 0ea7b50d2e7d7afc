"""Where in a file of YAML a value stands, for messages to whoever edits it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError


def line_of(path: Path, keys: Sequence[str | int]) -> int:
    """The line (the first is 1) of the deepest of `keys` that is there; steps that are not in the file are passed
    over. 0 for a file that cannot be read."""
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = True
    try:
        data: Any = yaml.load(path.read_text(encoding="utf-8"))
    except (YAMLError, OSError, ValueError):
        return 0
    line = 1
    for key in keys:
        if isinstance(data, CommentedMap) and key in data:
            line = data.lc.key(key)[0] + 1
        elif isinstance(data, CommentedSeq) and isinstance(key, int) and key < len(data):
            line = data.lc.item(key)[0] + 1
        else:
            continue
        data = data[key]
    return int(line)
