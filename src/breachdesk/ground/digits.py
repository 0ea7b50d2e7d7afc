"""Whole numbers as they come by an address or a form: anything at all, until it is looked at."""

_LONGEST = 15


def whole(text: str) -> int | None:
    """A number from 0 on, in ASCII digits, below 10^15; None for everything else (`²` is a digit to Python)."""
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST:
        return None
    return int(text)
