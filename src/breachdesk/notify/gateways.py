"""A gateway of text messages as an address says it: `https://` a provider, `smpp://` and `smpps://` a centre."""

from urllib.parse import parse_qs, unquote, urlsplit

from breachdesk.ground.options import BadOption
from breachdesk.notify.centre import Centre
from breachdesk.notify.texts import is_sender
from breachdesk.notify.webgate import WebGate

Gateway = WebGate | Centre

_HOME = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smpp": 2775, "smpps": 3550}
_VERSION = "2010-04-01"
_OPTIONS = ("type", "window", "long")


def gateway_of(name: str, url: str, password: str, secret: str = "") -> Gateway | None:  # nosec B107 - none is given
    """None for an empty address. `secret`: what reports are signed with; none: the password. Raises BadOption, with
    the name of the setting."""
    if not url:
        return None
    found = urlsplit(url)
    try:
        port = found.port
    except ValueError:
        port = -1
    user, password = unquote(found.username or ""), password or unquote(found.password or "")
    if found.scheme not in ("https", "http", *_PORTS) or not found.hostname or port == -1:
        raise BadOption(f"{name}: begins with https://, smpp:// or smpps://, and names a host")
    if not user or not password:
        raise BadOption(f"{name}: names who we are, as https://ACCOUNT@host, and {name[:-3]}PASSWORD has the password")
    if found.scheme in _PORTS:
        return _centre(name, url, user, password, port or _PORTS[found.scheme])
    if found.scheme == "http" and found.hostname not in _HOME:
        raise BadOption(f"{name}: http:// sends numbers and password in the clear; use https://")
    if found.query or found.fragment:
        raise BadOption(f"{name}: ends with the path below which Messages.json lies, or with the host")
    host = f"[{found.hostname}]" if ":" in found.hostname else found.hostname
    path = found.path.rstrip("/") or f"/{_VERSION}/Accounts/{user}"
    base = f"{found.scheme}://{host}{f':{port}' if port else ''}{path}"
    return WebGate(base, user, password, secret or password)


def _centre(name: str, url: str, user: str, password: str, port: int) -> Centre:
    found = urlsplit(url)
    said = {key: values[-1] for key, values in parse_qs(found.query).items()}
    if set(said) - set(_OPTIONS):
        raise BadOption(f"{name}: behind the host may stand ?type=, window= and long=")
    window, long = said.get("window", "10"), said.get("long", "parts")
    if not window.isdigit() or not 1 <= int(window) <= 100:
        raise BadOption(f"{name}: window={window} is no whole number from 1 to 100")
    if long not in ("parts", "payload"):
        raise BadOption(f"{name}: long={long}: texts of several parts go as `parts`, or whole as `payload`")
    for what, text, most in (("account", user, 15), ("password", password, 8), ("type", said.get("type", ""), 12)):
        if len(text) > most or not text.isascii():
            raise BadOption(f"{name}: SMPP 3.4 has room for {most} letters of ASCII in the {what}")
    return Centre(
        found.hostname or "", port, found.scheme == "smpps", user, password,
        system_type=said.get("type", ""), window=int(window), payload=long == "payload",
    )  # fmt: skip


def sender_of(name: str, text: str, gateway: Gateway | None) -> str:
    """Number or name that texts are from. Raises BadOption."""
    service = isinstance(gateway, WebGate) and text.startswith("MG") and len(text) == 34 and text.isalnum()
    if gateway is not None and not service and not is_sender(text):
        raise BadOption(
            f"{name}: {text!r} is nobody a text can be from; write +4930123456, a short code, or a name of at most "
            "eleven letters"
        )
    return text
