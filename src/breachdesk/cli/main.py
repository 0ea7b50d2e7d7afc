"""The command `breachdesk`: each room brings its own commands."""

import importlib
import sys

import typer

from breachdesk import __version__

ROOMS = ("assess", "scope", "people", "duties", "risk", "journal")

app = typer.Typer(
    name="breachdesk",
    help="From a stolen database to every duty done. Not legal advice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


@app.callback(invoke_without_command=True)
def version(show: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
    if show:
        typer.echo(f"breachdesk {__version__}")
        raise typer.Exit


def collect() -> typer.Typer:
    for room in ROOMS:
        importlib.import_module(f"breachdesk.cli.{room}").add(app)
    return app


def run() -> None:
    collect()
    sys.exit(app())
