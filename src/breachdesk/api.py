"""The API: everything the screens do, by the same actions (docs/formats/api.md; its description: /api/1/openapi.json).

Each room brings `app/api` with a `router`. An operation without a door stops the start. A token is sent as
`Authorization: Bearer breachdesk_...`; it never may more than its owner, in no case it was not made for. What goes
wrong is told as application/problem+json (RFC 9457).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from breachdesk import __version__
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import once, tokens

ROOMS = ("staff", "detect", "case", "vault", "scope", "law", "notify", "authorities")
PROBLEM = "application/problem+json"


#: What every operation may answer besides what it is for.
ANSWERS = {
    400: "The request could not be read.",
    401: "No token, or one that is no longer good.",
    403: "The token, or the role of its owner in this case, does not include this.",
    404: "It is not there, or not for this token.",
    405: "There is no such operation here.",
    409: "The action was refused: nothing was changed.",
    422: "A value cannot be read: nothing was changed.",
}


#: Of every operation that makes something.
KEY = {
    "in": "header",
    "name": once.HEADER,
    "required": False,
    "description": "The same key again within a day: the act is not done twice, its answer is told again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
}


class Wrong(Schema):
    """A value that cannot be read: the way to it, and what is expected there."""

    where: list[str]
    what: str


class Said(Schema):
    """Why nothing was done. `refused` names the sentence for programs, `detail` says it in the language asked for."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    refused: str = ""
    field: str = ""
    wrong: list[Wrong] = Field(default_factory=list)


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return tokens.account_for(f"Bearer {token}", clock.now())


def _said(
    request: HttpRequest,
    status: int,
    key: str,
    values: Mapping[str, Any] | None = None,
    *,
    field: str = "",
    wrong: Sequence[Wrong] = (),
) -> HttpResponse:
    detail = request.words.say(key, **(values or {}))  # type: ignore[attr-defined]
    said = Said(
        title=HTTPStatus(status).phrase, status=status, detail=detail, refused=key, field=field, wrong=list(wrong)
    )
    return JsonResponse(said.dict(), status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": True})


class Described(NinjaAPI):
    """Says in its description what every operation can answer besides what it is for, and names operations shortly."""

    def get_openapi_schema(self, **given: Any) -> Any:
        schema = super().get_openapi_schema(**given)
        schema["components"]["schemas"]["Said"] = Said.model_json_schema()
        content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Said"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                for status, why in ANSWERS.items():
                    operation["responses"].setdefault(status, {"description": why, "content": content})
            if "post" in path and self._repeats(path["post"]["operationId"]):
                path["post"].setdefault("parameters", []).append(KEY)
        return schema

    def _repeats(self, name: str) -> bool:
        return any(one.view_func.door.once for _, one in operations() if one.view_func.__name__ == name)

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)


api = Described(
    title="Breachdesk",
    version=__version__,
    urls_namespace="api",
    docs_url=None,  # a page of scripts from elsewhere: our policy forbids it
    auth=Bearer(),
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return _said(request, 409, error.key, error.values, field=error.field or "")


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return _said(request, 403, "said.texts.forbidden")


@api.exception_handler(Http404)
def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return _said(request, 404, "said.texts.not_found")


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which fields cannot be read, and why; what was sent is not said back."""
    wrong = [Wrong(where=[str(step) for step in one["loc"]], what=one["msg"]) for one in error.errors]
    return _said(request, 422, "api.refused.unreadable", wrong=wrong)


@api.exception_handler(DataError)
def no_value(request: HttpRequest, error: DataError) -> HttpResponse:
    """What PostgreSQL cannot hold: a letter of no text (NUL), a number too large. The transaction took all back."""
    return _said(request, 422, "api.refused.unreadable")


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _said(request, 401, "api.refused.no_token")


@api.exception_handler(HttpError)
def other(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _said(request, error.status_code, "said.texts.bad_request")


def _collect() -> None:
    for room in ROOMS:
        name = f"breachdesk.{room}.app.api"
        if find_spec(name) is not None:
            for router in import_module(name).routers:
                api.add_router("", router)
    names = set()
    for path, operation in operations():
        name = operation.view_func.__name__
        if getattr(operation.view_func, "door", None) is None:
            raise ImproperlyConfigured(f"{path}: {name} names no door (staff/app/doors.py)")
        if name in names:
            raise ImproperlyConfigured(f"{path}: there is another operation {name}")
        names.add(name)
        if operation.methods == ["POST"] and operation.view_func.door.once:
            operation._run_decorators = [_once]  # ninja puts its operations together anew, and these on them
            operation.run = _once(operation.run)


def _once(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(run)
    def inside(request: HttpRequest, **given: Any) -> HttpResponseBase:
        return once.run(request, lambda: run(request, **given))

    return inside


def operations() -> list[tuple[str, Any]]:
    """Every operation with its path below /api/1/."""
    return [
        (prefix + path, operation)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]


_collect()
