"""Which ways in there are beside the password, for the page of signing in."""

from django import template

from breachdesk.staff.app import elsewhere, post

register = template.Library()


@register.simple_tag(takes_context=True)
def provider(context: template.Context) -> str:
    """What the organisation's own provider is called; "" when there is none."""
    return elsewhere.offered(context["request"])


@register.simple_tag
def mail_works() -> bool:
    return post.works()
