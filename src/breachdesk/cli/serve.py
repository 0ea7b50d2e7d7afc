"""`breachdesk serve`: the whole desk, from one command."""

from typing import Annotated

import typer

from breachdesk.cli.common import FAILED, UNUSABLE, fail
from breachdesk.cli.house import telling
from breachdesk.web import server
from breachdesk.web.place import Unusable


def add(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; a proxy with TLS stands before anything but this.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8500,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty desk with an invented breach, half worked through.")
    ] = False,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Without the worker: others run beside it.")] = False,
) -> None:
    """Open the desk: database, pages and worker. Ctrl-C closes it; what was begun is finished first."""
    try:
        server.serve(host=host, port=port, worker=not no_worker, tell=telling(), demo=demo)
    except Unusable as error:
        fail(UNUSABLE, str(error))
    except server.GaveUp as error:
        fail(FAILED, str(error))
