"""`breachdesk administrator`: the way back in for whoever owns the machine, when nobody can look after accounts."""

from typing import Annotated

import typer

from breachdesk.cli.common import UNUSABLE, ActorName, actor, fail
from breachdesk.cli.house import our_words
from breachdesk.ground import options
from breachdesk.ground.keys import BadKey
from breachdesk.web import place
from breachdesk.web.administrator import NotLetIn, let_in
from breachdesk.web.postgres import BadDatabase


def add(app: typer.Typer) -> None:
    app.command("administrator")(administrator)


def administrator(
    email: Annotated[str, typer.Argument(help="Whose account is to look after the desk; made if there is none.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the journal.")],
    actor_name: ActorName = "",
) -> None:
    """Let somebody in as an administrator: a link that works once. Their second factors, sessions and tokens end.

    Works while the desk is open. For a lost password or second factor of the last administrator.
    """
    words = our_words()
    try:
        data = place.data_folder()
        with place.database_of(data) as url:
            place.set_up(url)
            place.need_this_release()
            link, new = let_in(email, reason, actor(actor_name), words.language)
    except NotLetIn as error:
        fail(UNUSABLE, str(error))
    except (place.Unusable, BadDatabase, BadKey, options.BadOption) as error:
        fail(UNUSABLE, str(error))
    typer.echo(words.say("administrator.invited" if new else "administrator.back", email=email, link=link))
