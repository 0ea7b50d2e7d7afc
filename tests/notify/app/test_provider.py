"""Notices by a provider of mail: a server that answers as Postmark does, and tells later as Postmark and Mailgun do.
Nobody is lost, nobody is asked twice for what may have been taken, and nobody else is believed."""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from breachdesk.ground.options import BadOption
from breachdesk.notify import marks, providers
from breachdesk.notify.app import carrier, pens, sendings, transports
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.states import Channel
from breachdesk.web import doctor
from tests.notify.app.sending import case_with, going, planned, rows, states

SECRET = "postmark:a-secret-of-length"
Answer = tuple[int, dict[str, Any]]


@dataclass
class Esp:
    """Takes messages as Postmark does. `say`: another answer for a message; None: the usual one; 0: none at all."""

    say: Callable[[dict[str, Any]], Answer | None] = lambda message: None
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def people(self) -> list[str]:
        with self.lock:
            return sorted(one["To"] for one in self.got)


@pytest.fixture
def esp(settings_of: Any) -> Iterator[Esp]:
    state = Esp()

    class Talk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.asked += 1
            usual: Answer = (
                200,
                {"ErrorCode": 0, "Message": "OK", "MessageID": f"m-{state.asked}", "To": message["To"]},
            )
            code, said = state.say(message) or usual
            if code in (0, 200):
                with state.lock:
                    state.got.append(message)
            if code == 0:  # taken, and the answer is lost
                self.close_connection = True
                return
            body = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings_of(
        PROVIDER="postmark", RELAY=None, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example",
        ANYMAIL={"POSTMARK_API_URL": f"http://127.0.0.1:{state.port}/", "POSTMARK_SERVER_TOKEN": "token",
                 "WEBHOOK_SECRET": SECRET, "REQUESTS_TIMEOUT": 5},
    )  # fmt: skip
    yield state
    server.shutdown()
    server.server_close()


def carried(sending: Sending) -> int:
    transport = transports.of(Channel.EMAIL)
    assert transport is not None
    return carrier.carry(sending, transport, idle=0)


def only(say: Answer, *people: str) -> Callable[[dict[str, Any]], Answer | None]:
    return lambda message: say if message["To"].partition("@")[0] in people else None


def going_to(cast: Any, count: int, **more: Any) -> Sending:
    sending = planned(case_with(cast, rows(count)), cast.ada, **more)
    going(cast, sending)
    return sending


def test_everybody_gets_their_own_letter_once(cast: Any, esp: Esp) -> None:
    sending = going_to(cast, 23)
    assert carried(sending) == 23
    assert esp.people() == sorted(f"ada{n}@d{n % 7}.example" for n in range(23))
    assert states(sending) == {"accepted": 23}
    key = pens.mark_key()
    for one in esp.got:
        row = Delivery.objects.get(id=marks.row_of(one["Metadata"]["mark"], key))
        assert row.state == "accepted"
        number = one["To"].partition("@")[0].removeprefix("ada")
        assert "Your code: NORTH-2026" in one["TextBody"]
        assert "<html" in one["HtmlBody"]
        assert one["TrackOpens"] is False
        assert one["TrackLinks"] == "None"
        assert number.isdigit()
    assert carried(sending) == 0
    assert esp.asked == 23
    assert [one.says for one in doctor._provider()] == ["mail.provider_well"]


def test_what_it_says_is_what_the_ledger_has(cast: Any, esp: Esp) -> None:
    """A person it will not write to is refused; what nobody can know is in doubt and is not asked again."""
    sending = going_to(cast, 12, channels=(Channel.EMAIL, Channel.PHONE))
    answers: dict[str, Answer] = {
        "ada3": (422, {"ErrorCode": 406, "Message": "Found inactive addresses: ada3@d3.example.\n Inactive recipients "
                       "are ones that have generated a hard bounce."}),
        "ada9": (422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'ada9@d2.example'."}),
        "ada7": (400, {"ErrorCode": 402, "Message": "It is not fit for ada7@d0.example."}),
        "ada5": (0, {}),
    }  # fmt: skip
    esp.say = lambda message: answers.get(message["To"].partition("@")[0])
    for _ in range(3):
        carried(sending)
    assert Counter(Delivery.objects.values_list("channel", "state")) == {
        ("email", "accepted"): 8, ("email", "refused"): 2, ("email", "deferred"): 1, ("email", "doubt"): 1,
        ("phone", "queued"): 2,
    }  # fmt: skip
    assert sum(one["To"].startswith("ada5@") for one in esp.got) == 1
    assert not any("ada" in text for text in Delivery.objects.values_list("told", flat=True))
    assert not sendings.settle(sending, by=pens.hand())


@pytest.mark.parametrize(
    "answer",
    [
        (401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."}),
        (429, {"ErrorCode": 429, "Message": "too many"}),
        (503, {"ErrorCode": 0, "Message": "away"}),
    ],
)
def test_what_is_nobodys_fault_costs_nobody_a_try(cast: Any, esp: Esp, answer: Answer) -> None:
    sending = going_to(cast, 12)
    esp.say = lambda message: answer
    assert carried(sending) == 0
    assert states(sending) == {"queued": 12}
    assert set(Delivery.objects.values_list("tries", flat=True)) == {0}
    sending.refresh_from_db()
    assert sending.trouble.startswith(str(answer[0]))
    assert esp.asked <= 16
    esp.say = lambda message: None
    assert carried(sending) == 12
    sending.refresh_from_db()
    assert sending.trouble == ""


def test_when_all_are_sent_back_it_is_the_account_and_it_stops(cast: Any, esp: Esp) -> None:
    sending = going_to(cast, 60)
    esp.say = lambda message: (422, {"ErrorCode": 400, "Message": "The sender signature was not found."})
    assert carried(sending) <= 16
    assert states(sending)["queued"] >= 44
    sending.refresh_from_db()
    assert "sender signature" in sending.trouble


def test_when_nobody_is_there_nothing_is_in_doubt(cast: Any, esp: Esp, settings_of: Any) -> None:
    from django.conf import settings

    sending = going_to(cast, 3)
    settings_of(ANYMAIL={**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:9/"})
    assert carried(sending) == 0
    assert states(sending) == {"queued": 3}
    settings_of(ANYMAIL={"WEBHOOK_SECRET": SECRET})
    assert carried(sending) == 0
    sending.refresh_from_db()
    assert "SERVER_TOKEN" in sending.trouble.upper()
    found = {one.says: one.state for one in doctor._provider()}
    assert found == {"mail.provider_wants": doctor.State.BROKEN}
    assert states(sending) == {"queued": 3}


def tell(event: dict[str, Any] | bytes, *, secret: str = SECRET, provider: str = "postmark", **more: Any) -> int:
    basic = "Basic " + base64.b64encode(secret.encode()).decode()
    given = {"content_type": "application/json", "HTTP_AUTHORIZATION": basic, **more}
    said = event if isinstance(event, bytes) else json.dumps(event)
    return Client().post(f"/in/mailed/{provider}/", data=said, **given).status_code


def delivered(message: dict[str, Any]) -> dict[str, Any]:
    return {"RecordType": "Delivery", "MessageID": "m-1", "Recipient": message["To"], "Metadata": message["Metadata"],
            "DeliveredAt": "2026-11-24T12:00:00Z", "Details": f"250 taken for {message['To']}"}  # fmt: skip


def bounced(message: dict[str, Any], number: int = 7) -> dict[str, Any]:
    return {"RecordType": "Bounce", "Type": "HardBounce", "ID": number, "MessageID": "m-1", "Email": message["To"],
            "Metadata": message["Metadata"], "BouncedAt": "2026-11-24T12:01:00Z",
            "Description": f"{message['To']} is unknown"}  # fmt: skip


def test_what_it_tells_later_moves_the_row_once_and_only_forward(cast: Any, esp: Esp) -> None:
    sending = going_to(cast, 3, channels=(Channel.EMAIL, Channel.PHONE))
    carried(sending)
    one, other, _ = sorted(esp.got, key=lambda message: str(message["To"]))
    assert tell(delivered(one)) == 200
    assert tell(bounced(other)) == 200
    before = sum(row.events.count() for row in Delivery.objects.all())
    for event in (delivered(one), bounced(other), bounced(other)):
        assert tell(event) == 200  # said again
    assert sum(row.events.count() for row in Delivery.objects.all()) == before
    assert states(sending) == {"accepted": 1, "delivered": 1, "queued": 1}  # who is to be telephoned now
    assert Delivery.objects.get(last=False).state == "bounced"
    late = {**delivered(other), "DeliveredAt": "2026-11-24T12:05:00Z"}
    assert tell(late) == 200
    assert states(sending) == {"accepted": 1, "delivered": 1, "queued": 1}  # who is to be telephoned now
    assert Delivery.objects.get(last=False).state == "bounced"
    assert not any("ada" in text for text in Delivery.objects.values_list("told", flat=True))


def test_a_bounce_after_the_end_leads_on(cast: Any, esp: Esp) -> None:
    """Whom a sending that had ended did not reach after all is telephoned."""
    sending = going_to(cast, 2, channels=(Channel.EMAIL, Channel.PHONE))
    carried(sending)
    assert sendings.settle(sending, by=pens.hand())
    assert tell(bounced(esp.got[0])) == 200
    sending.refresh_from_db()
    assert sending.standing == "going"
    assert states(sending) == {"accepted": 1, "queued": 1}


def test_what_was_in_doubt_is_settled_by_what_the_provider_tells(cast: Any, esp: Esp) -> None:
    sending = going_to(cast, 2)
    esp.say = only((0, {}), "ada1")
    carried(sending)
    assert states(sending) == {"accepted": 1, "doubt": 1}
    doubtful = next(one for one in esp.got if one["To"].startswith("ada1@"))
    assert tell(delivered(doubtful)) == 200
    assert states(sending) == {"accepted": 1, "delivered": 1}
    sending.refresh_from_db()
    assert sending.standing == "ended"  # nobody is left


def test_nobody_else_is_believed(cast: Any, esp: Esp) -> None:
    sending = going_to(cast, 1)
    carried(sending)
    event = bounced(esp.got[0])
    assert tell(event, secret="postmark:guessed") == 403
    assert tell(event, HTTP_AUTHORIZATION="") == 403
    assert tell(event, provider="mailgun") == 404
    assert tell({**event, "Metadata": {"mark": "a" * 26}}) == 200
    assert tell({**event, "Metadata": ["mark"]}) in (200, 400)
    assert tell({**event, "Metadata": {"mark": {"deep": 1}}}) == 200
    assert tell(b"{") == 400
    assert tell({"RecordType": "Bounce", "x": "y" * (5 << 20)}) == 413
    assert Client().get("/in/mailed/postmark/").status_code == 405
    assert states(sending) == {"accepted": 1}


def test_one_that_signs_is_asked_for_its_signature(cast: Any, esp: Esp, settings_of: Any) -> None:
    from django.conf import settings

    sending = going_to(cast, 1)
    carried(sending)
    settings_of(
        PROVIDER="mailgun", ANYMAIL={**settings.ANYMAIL, "MAILGUN_API_KEY": "k", "MAILGUN_WEBHOOK_SIGNING_KEY": "s3"}
    )
    event = {
        "event": "failed", "severity": "permanent", "id": "e-1", "timestamp": 1795521600.0,
        "recipient": esp.got[0]["To"], "user-variables": esp.got[0]["Metadata"], "reason": "bounce",
        "message": {"headers": {"message-id": "x@y"}}, "delivery-status": {"code": 550, "message": "no"},
    }  # fmt: skip
    sign = hmac.new(b"s3", b"1795521600abc", hashlib.sha256).hexdigest()
    signature = {"token": "abc", "timestamp": "1795521600", "signature": sign}
    forged = {**signature, "signature": "0" * 64}
    assert tell({"signature": forged, "event-data": event}, provider="mailgun") == 403
    assert states(sending) == {"accepted": 1}
    assert tell({"signature": signature, "event-data": event}, provider="mailgun") == 200
    assert states(sending) == {"bounced": 1}


def test_settings_nobody_can_start_with_are_refused() -> None:
    good = {"BREACHDESK_ANYMAIL_WEBHOOK_SECRET": SECRET, "BREACHDESK_ANYMAIL_POSTMARK_SERVER_TOKEN": "t"}
    assert providers.settings_of(good, "postmark")["POSTMARK_SERVER_TOKEN"] == "t"
    for wrong in (
        {},
        {"BREACHDESK_ANYMAIL_WEBHOOK_SECRET": "short"},
        {"BREACHDESK_ANYMAIL_WEBHOOK_SECRET": "x" * 40},
        {**good, "BREACHDESK_ANYMAIL_DEBUG_API_REQUESTS": "1"},
    ):
        with pytest.raises(BadOption):
            providers.settings_of(wrong, "postmark")
    with pytest.raises(BadOption):
        providers.provider_of("BREACHDESK_PROVIDER", "pigeon")
    assert providers.settings_of({}, "") == {"REQUESTS_TIMEOUT": 30}
