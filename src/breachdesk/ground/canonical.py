"""One byte form for one value: RFC 8785 canonical JSON."""

from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """`value` (JSON types only) as RFC 8785 bytes. Raises ValueError for what JSON cannot hold."""
    return rfc8785.dumps(value)
