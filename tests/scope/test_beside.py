"""What is made ahead or put away behind comes in order, and no error is lost on the way."""

import threading
import time
from collections.abc import Iterator

import pytest

from breachdesk.scope.beside import Behind, ahead


def test_items_come_in_order_from_another_thread() -> None:
    makers = set()

    def make() -> Iterator[int]:
        for number in range(50):
            makers.add(threading.current_thread().name)
            yield number

    assert list(ahead(make())) == list(range(50))
    assert threading.current_thread().name not in makers


def test_the_maker_is_never_far_ahead() -> None:
    made: list[int] = []
    items = ahead((made.append(n) or n for n in range(100)), most=2)  # type: ignore[func-returns-value]
    assert next(items) == 0
    time.sleep(0.2)
    assert len(made) <= 4  # one handed over, two ready, one in hand
    items.close()


def test_an_error_comes_up_where_its_item_would_have() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise OSError("the disk is full")

    items = ahead(make())
    assert next(items) == 1
    with pytest.raises(OSError, match="disk is full"):
        next(items)


def test_who_ends_early_leaves_no_thread() -> None:
    before = threading.active_count()
    items = ahead(iter(range(10_000)))
    next(items)
    items.close()
    assert threading.active_count() == before


def test_tasks_are_done_in_order() -> None:
    done: list[int] = []
    behind = Behind()
    for number in range(100):
        behind.do(done.append, number)
    behind.close()
    assert done == list(range(100))


def test_a_failed_task_comes_up_and_nothing_after_it_is_taken_for_done() -> None:
    done: list[int] = []

    def fail() -> None:
        raise OSError("no room")

    behind = Behind(1)
    behind.do(fail)
    with pytest.raises(OSError, match="no room"):
        behind.do(done.append, 1)
    behind.stop()
    assert done == []


def test_an_error_of_the_last_task_comes_up_on_closing() -> None:
    behind = Behind()
    behind.do(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        behind.close()


def test_stopping_gives_up_what_waits() -> None:
    gate = threading.Event()
    done: list[int] = []
    behind = Behind(3)
    behind.do(gate.wait, 5)
    behind.do(done.append, 1)
    threading.Timer(0.1, gate.set).start()
    behind.stop()
    assert done == []
