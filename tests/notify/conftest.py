"""Tests of this room run loops of their own, also in a process in which a browser of other tests is open."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_loop() -> Iterator[None]:
    """Playwright leaves its loop running in this thread while a test is at work (its fiber only pauses)."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)
