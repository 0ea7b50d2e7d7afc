"""`breachdesk worker`: a further worker beside a desk."""

import typer

from breachdesk.cli.common import UNUSABLE, fail
from breachdesk.cli.house import telling
from breachdesk.web import server
from breachdesk.web.place import Unusable


def add(app: typer.Typer) -> None:
    app.command("worker")(work)


def work() -> None:
    """Work through the desk's tasks beside it, on this machine or another that shares its data folder and keys."""
    try:
        server.work(telling())
    except Unusable as error:
        fail(UNUSABLE, str(error))
