"""Keys to the API that somebody made for themself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.ground.refused import Refused
from breachdesk.staff.app.again import asked_again
from breachdesk.staff.app.doors import DeskRequest, house
from breachdesk.staff.app.forms import NewToken
from breachdesk.staff.app.models import Token
from breachdesk.staff.app.tokens import end_token, make_token

_MOST = 100


@house(second_factor=True)
def listed(request: DeskRequest) -> HttpResponse:
    made = list(Token.objects.filter(account=request.account)[:_MOST])
    live = [one for one in made if one.holds(request.at)]
    return render(request, "staff/tokens.html", {"live": live, "over": [one for one in made if one not in live]})


@house(second_factor=True)
@asked_again
def new(request: DeskRequest) -> HttpResponse:
    """The secret stands in the answer itself and nowhere else: a redirect would have to keep it."""
    form = NewToken(request.POST or None, words=request.words, account=request.account)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = make_token(
                request.account,
                given["token_name"],
                scopes=given["scopes"],
                days=int(given["days"]),
                cases=given["cases"],
                by=request.by,
            )
        except Refused as refused:
            form.add_error(refused.field or None, request.words.say(refused.key, **refused.values))
        else:
            return render(request, "staff/token_made.html", {"token": made, "secret": secret})
    return render(request, "staff/token_new.html", {"form": form})


@house(second_factor=True)
@require_POST
def end(request: DeskRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(Token, id=token_id, account=request.account)
    end_token(token, by=request.by)
    messages.success(request, request.words.say("staff.tokens.ended", name=token.name))
    return redirect("staff_tokens")
