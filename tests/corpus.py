"""Real inputs that lie beside a checkout, never in it. Tests reading them are marked `corpus` and skip without them."""

from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"


def corpus(*parts: str) -> Path:
    """A path in the folder of real inputs; skips the calling test when it is absent."""
    path = _BESIDE.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real inputs are not beside this checkout: {'/'.join(parts)}")
    return path
