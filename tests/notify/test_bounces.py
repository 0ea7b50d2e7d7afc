"""What comes back of notices, as mail systems, machines, people and criminals write it: whose it is, what it says, and
of nobody more than the domain of his address."""

import base64
import time
from email.message import Message
from pathlib import Path

import pytest
from flufl.bounce import all_failures
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.keys import Key, Purpose
from breachdesk.notify.bounces import (
    MOST_ALSO,
    MOST_FATES,
    MOST_READ,
    Fate,
    Found,
    Kind,
    Reach,
    Returned,
    read,
)
from breachdesk.notify.marks import mark, message_id, return_path
from breachdesk.notify.said import LONGEST_SAID

KEY = Key("marks", Purpose.SEAL, bytes(range(32)))
OTHER = Key("others", Purpose.SEAL, bytes(range(1, 33)))
SHAPES = Path(__file__).parent / "returned"
BOUNCED, DELAYED, DELIVERED, COMPLAINED, AUTO_REPLY, ANSWER, UNKNOWN = Kind


def shape(name: str, row: int = 77, key: Key = KEY, ends: bytes = b"\r\n") -> bytes:
    raw = (SHAPES / f"{name}.eml").read_bytes()
    return raw.replace(b"MARK", mark(row, key).encode()).replace(b"\n", ends)


EXPECTED = {
    "postfix-unknown": (BOUNCED, "5.1.1", "mail.example", "relay.bakery.example", None),
    "postfix-delayed": (DELAYED, "4.4.1", "mail.example", "relay.bakery.example", None),
    "postfix-relayed": (DELIVERED, "2.0.0", "mail.example", "relay.bakery.example", Reach.HANDED_ON),
    "postfix-alias": (BOUNCED, "5.4.4", "old.mail.example", "relay.bakery.example", None),
    "exim-unrouteable": (BOUNCED, "5.7.1", "mail.example", "relay.example", None),
    "exim-old": (BOUNCED, "5.1.1", "mail.example", "relay.example", None),
    "exim-warning": (DELAYED, "4.0.0", "mail.example", "relay.example", None),
    "office365-unknown": (BOUNCED, "5.1.10", "mail.example", "am0p191mb0001.eurp191.prod.outlook.com", None),
    "exchange-full-russian": (BOUNCED, "5.2.2", "mail.example", "ex01.mail.example", None),
    "gmail-unknown": (BOUNCED, "5.1.1", "mail.example", "googlemail.com", None),
    "gmail-delayed": (DELAYED, "4.4.1", "mail.example", "googlemail.com", None),
    "gmail-gave-up": (BOUNCED, "4.4.1", "mail.example", "googlemail.com", None),
    "qmail-unknown": (BOUNCED, "5.1.1", "mail.example", "relay.example", None),
    "qmail-gave-up": (BOUNCED, "4.4.2", "mail.example", "relay.example", None),
    "yandex-full": (BOUNCED, "5.2.2", "mail.example", "forward1h.mail.example", None),
    "mailru-unknown-russian": (BOUNCED, "", "mail.example", "corp.mail.ru", None),
    "server-in-russian": (BOUNCED, "", "", "mail.example", None),
    "sendmail-delivered": (DELIVERED, "2.1.5", "mx.mail.example", "mx.mail.example", Reach.MAILBOX),
    "global": (BOUNCED, "5.6.7", "почта.example", "mx.mail.example", None),
    "gateway-in-base64": (BOUNCED, "5.7.1", "mail.example", "gate.mail.example", None),
    "complaint": (COMPLAINED, "", "mail.example", "fbl.mail.example", None),
    "complaint-hotmail": (COMPLAINED, "", "mail.example", "hotmail.com", None),
    "receipt": (DELIVERED, "", "mail.example", "mail.example", Reach.OPENED),
    "exchange-away": (AUTO_REPLY, "", "", "mail.example", None),
    "gmail-away": (AUTO_REPLY, "", "", "mail.example", None),
    "away-in-russian": (AUTO_REPLY, "", "", "mail.example", None),
    "answer": (ANSWER, "", "", "mail.example", None),
}
BY_QUOTATION = {
    *("exim-old", "qmail-gave-up", "mailru-unknown-russian", "gateway-in-base64", "complaint", "complaint-hotmail"),
    *("receipt", "exchange-away", "answer"),
}


def told_of_a_person(found: Returned) -> bool:
    said = repr(found).lower()
    return any(name in said for name in ("ada", "lovelace", "ада", "лавлейс", "family"))


def test_every_shape_has_its_expectation() -> None:
    assert {path.stem for path in SHAPES.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_shape_of_a_real_mail_system(name: str) -> None:
    found = read(shape(name), KEY)
    fate = found.fate
    assert (found.kind, fate.status, fate.domain, found.reporter, fate.reach) == EXPECTED[name]
    assert found.row == 77
    assert found.found is (Found.QUOTED if name in BY_QUOTATION else Found.ADDRESS)
    assert (found.also, found.cut) == ((), False)
    assert not told_of_a_person(found)
    assert read(shape(name, ends=b"\n"), KEY) == found
    assert read(shape(name, key=OTHER), KEY).row is None
    shouted = shape(name).replace(mark(77, KEY).encode(), mark(77, KEY).upper().encode())
    assert read(shouted, KEY).row == 77


SAID = {
    "postfix-unknown": "550 5.1.1 <…@mail.example>: no such mailbox, … left us",
    "exim-old": "…@mail.example SMTP error from remote mail server after RCPT TO:<…@mail.example>: "
    "host mx.mail.example [192.0.2.25]: 550 5.1.1 unknown here",
    "gmail-unknown": "550-5.1.1 No account has this address. Look for slips of the pen 550-5.1.1 or spaces: 550 5.1.1 "
    "https:…@mail.example - gsmtp",
    "qmail-unknown": "<…@mail.example>: There is no mailbox of that name here. (#5.1.1)",
    "mailru-unknown-russian": "…@mail.example такого ящика нет",
    "server-in-russian": "Сервер mx.mail.example ответил: 550 нет пользователя …@mail.example",
    "global": "550 5.6.7 …@почта.example needs SMTPUTF8",
    "gateway-in-base64": "554 5.7.1 <…@mail.example> Refused",
    "complaint": "abuse",
    "receipt": "displayed",
    "answer": "",
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_server_said_is_kept_without_the_person(name: str) -> None:
    assert read(shape(name), KEY).fate.said == SAID[name]


def test_what_a_server_answered_is_a_code_and_words() -> None:
    told = {name: (fate.code, fate.told) for name in SAID if (fate := read(shape(name), KEY).fate)}
    assert told["postfix-unknown"] == (550, "5.1.1 <…@mail.example>: no such mailbox, … left us")
    assert told["gmail-unknown"][0] == 550
    assert told["gmail-unknown"][1].startswith("5.1.1 No account has this address.")
    assert told["qmail-unknown"] == (0, "5.1.1 <…@mail.example>: There is no mailbox of that name here. (#5.1.1)")
    assert told["complaint"] == (0, "abuse")


def test_given_up_after_long_trying_is_not_for_good() -> None:
    assert read(shape("postfix-unknown"), KEY).permanent
    assert read(shape("mailru-unknown-russian"), KEY).permanent
    assert not read(shape("gmail-gave-up"), KEY).permanent
    assert not read(shape("qmail-gave-up"), KEY).permanent
    assert not read(shape("gmail-delayed"), KEY).permanent


def test_of_several_recipients_the_worst_comes_first_and_all_are_told() -> None:
    fates = read(shape("postfix-alias"), KEY).fates
    assert [(fate.kind, fate.domain, fate.reach) for fate in fates] == [
        (BOUNCED, "old.mail.example", None),
        (DELIVERED, "mail.example", Reach.SPREAD),
        (DELIVERED, "home.mail.example", Reach.MAILBOX),
    ]


def test_a_letter_that_a_gateway_returned_in_base64_is_found_again() -> None:
    plain = f"From: privacy@bakery.example\nMessage-ID: {message_id(mark(77, KEY), 'x.example')}\n\nHello\n".encode()
    marked = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(plain)
    raw = shape("gateway-in-base64").partition(b"Content-Type: message/rfc822")
    for kind in (b"message/rfc822", b"text/rfc822-headers", b"message/global-headers"):
        found = read(raw[0] + b"Content-Type: " + kind + b"\r\n" + marked + b"\r\n--gate--\r\n", KEY)
        assert (found.kind, found.row, found.found) == (BOUNCED, 77, Found.QUOTED)


def report(*groups: str, head: str = "", row: int = 77) -> bytes:
    """A delivery status of these groups of fields, sent to the address of the row."""
    body = "\n\n".join(["Reporting-MTA: dns; mx.mail.example", *groups])
    return (
        f"Return-Path: <>\nDelivered-To: {return_path(mark(row, KEY), 'n', 'bakery.example')}\n{head}"
        "From: MAILER-DAEMON@mx.mail.example\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nSee below.\n\n"
        f"--b\nContent-Type: message/delivery-status\n\n{body}\n\n--b--\n"
    ).encode()


ADA = "Final-Recipient: rfc822; ada@mail.example\n"


@pytest.mark.parametrize(
    ("fields", "kind", "status"),
    [
        ("Action: failed\nStatus: 5.1.1", BOUNCED, "5.1.1"),
        ("Action: FAILED (for good)\nStatus: 5.1.1 (no such)", BOUNCED, "5.1.1"),
        ("Action: failed\nStatus: 4.4.7", BOUNCED, "4.4.7"),  # given up, whatever the class (RFC 3464 2.3.3)
        ("Action: delayed\nStatus: 5.1.1", DELAYED, "5.1.1"),
        ("Status: 5.1.1", BOUNCED, "5.1.1"),
        ("Status: 4.2.2", DELAYED, "4.2.2"),
        ("Status: 2.0.0", UNKNOWN, "2.0.0"),
        ("Action: delivered\nStatus: 5.1.1", UNKNOWN, "5.1.1"),  # contradicts itself
        ("Action: failed\nStatus: 2.0.0", UNKNOWN, "2.0.0"),
        ("Action: failed\nAction: delivered\nStatus: 5.1.1", UNKNOWN, "5.1.1"),
        ("Action: failed\nAction: delivered", UNKNOWN, ""),
        ("Action: exploded\nStatus: 5.1.1", UNKNOWN, "5.1.1"),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.1 off", BOUNCED, "5.2.1"),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 450 4.2.1 off", BOUNCED, "5.0.0"),
        ("Action: failed\nDiagnostic-Code: smtp; host 5.1.1.3 is off", BOUNCED, ""),
        ("Action: failed\nStatus: 5.1.٣", BOUNCED, ""),
        ("Action: failed\nStatus: 5.1234.1", BOUNCED, ""),
        ("Action: expanded\nStatus: 2.0.0", DELIVERED, "2.0.0"),
    ],
)
def test_action_and_status_are_read_together(fields: str, kind: Kind, status: str) -> None:
    found = read(report(ADA + fields), KEY)
    assert (found.kind, found.fate.status, found.row) == (kind, status, 77)


def test_both_failed_and_delivered_is_failed() -> None:
    for order in (("failed", "delivered"), ("delivered", "failed")):
        groups = [f"{ADA}Action: {one}\nStatus: {'5.1.1' if one == 'failed' else '2.0.0'}" for one in order]
        found = read(report(*groups), KEY)
        assert [fate.kind for fate in found.fates] == [BOUNCED, DELIVERED]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("abuse", COMPLAINED),
        ("Fraud", COMPLAINED),
        ("not-spam", UNKNOWN),
        ("auth-failure", UNKNOWN),
        ("dmarc", UNKNOWN),
    ],
)
def test_only_a_complaint_is_one(said: str, kind: Kind) -> None:
    raw = shape("complaint").replace(b"Feedback-Type: abuse", b"Feedback-Type: " + said.encode())
    assert read(raw, KEY).kind is kind


# Forged and confused


def test_whom_it_was_sent_to_counts_before_what_it_quotes() -> None:
    """A bounce to the address of 77 that quotes the letter of 5: it moves 77, and says that it names 5 as well."""
    raw = report(ADA + "Action: failed\nStatus: 5.1.1", head=f"In-Reply-To: {message_id(mark(5, KEY), 'x.example')}\n")
    found = read(raw, KEY)
    assert (found.row, found.found, found.also) == (77, Found.ADDRESS, (5,))


def test_what_the_transport_knows_counts_before_what_the_letter_says() -> None:
    raw = report(ADA + "Action: failed\nStatus: 5.1.1", row=5)
    found = read(raw, KEY, envelope=[return_path(mark(77, KEY), "n", "bakery.example")])
    assert (found.row, found.also) == (77, (5,))


def test_a_forged_mark_moves_nothing_and_does_not_hide_a_true_one() -> None:
    forged = shape("postfix-unknown", key=OTHER)
    found = read(forged, KEY)
    assert (found.kind, found.row, found.found, found.also) == (BOUNCED, None, Found.NOTHING, ())
    assert not told_of_a_person(found)
    both = forged.replace(b"\r\nMIME-Version", b"\r\nReferences: <%s@x>\r\nMIME-Version" % mark(9, KEY).encode())
    assert (read(both, KEY).row, read(both, KEY).found) == (9, Found.QUOTED)


def test_rows_without_end_are_told_up_to_a_bound() -> None:
    many = " ".join(message_id(mark(row, KEY), "x.example") for row in range(40))
    found = read(f"From: eve@x.example\nIn-Reply-To: {many}\n\nhello".encode(), KEY)
    assert (found.row, len(found.also)) == (0, MOST_ALSO)
    assert len(read(report(*[ADA + "Action: failed\nStatus: 5.1.1"] * 200), KEY).fates) == MOST_FATES


def test_the_last_of_the_references_is_the_letter_that_is_answered() -> None:
    ids = " ".join(message_id(mark(row, KEY), "x.example") for row in (1, 2, 3))
    assert read(f"From: ada@x.example\nReferences: {ids}\n\nhello".encode(), KEY).row == 3


def test_a_person_who_quotes_or_forwards_a_bounce_does_not_make_one() -> None:
    quoting = b"From: Ada <ada@mail.example>\nSubject: Fwd: failure notice\nMIME-Version: 1.0\n"
    words = shape("qmail-unknown", ends=b"\n").partition(b"\n\n")[2]
    assert read(quoting + b"\n" + words, KEY).kind is ANSWER
    attached = b'Content-Type: multipart/mixed; boundary="f"\n\n--f\n\nLook\n\n--f\nContent-Type: message/rfc822\n\n'
    found = read(quoting + attached + shape("postfix-unknown", ends=b"\n") + b"\n--f--\n", KEY)
    assert (found.kind, found.row, found.fates) == (ANSWER, 77, ())


def test_a_bounce_of_a_bounce_speaks_for_itself_alone() -> None:
    inner = shape("postfix-relayed", row=5, ends=b"\n")
    raw = report(ADA + "Action: failed\nStatus: 5.1.1").replace(
        b"--b--", b"--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--"
    )
    found = read(raw, KEY)
    assert [fate.kind for fate in found.fates] == [BOUNCED]
    assert (found.row, found.also) == (77, (5,))


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied (to an auto-reply)\nIn-Reply-To: <1@auto.example>\n",
        "Return-Path: <>\nAuto-Submitted: auto-generated\n",
        "X-Autorespond: yes\n",
        "Precedence: junk\n",
        "Subject: Out of Office: Automatic reply: Re: Automatic reply\n",
        "Subject: =?windows-1251?B?wOLy7u7y4uXyOiDiIO7y7/Px6uU=?=\n",
    ],
)
def test_an_answer_of_a_machine_to_a_machine_is_no_person(head: str) -> None:
    raw = f"{head}From: ada@mail.example\nTo: n+{mark(77, KEY)}@bakery.example\n\n550 5.1.1 is my room".encode()
    found = read(raw, KEY)
    assert (found.kind, found.row, found.fates) == (AUTO_REPLY, 77, ())


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Subject: Re: your automatic reply\n", ANSWER),
        ("Auto-Submitted: no; really\n", ANSWER),
        ("X-Auto-Response-Suppress: All\n", ANSWER),  # asks for silence, says nothing of its writer
        ("List-Id: <news.mail.example>\nPrecedence: bulk\n", UNKNOWN),
        ("Return-Path: <>\n", UNKNOWN),
        ("From: postmaster@mail.example\n", ANSWER),
        ("From: mailer-daemon@mail.example\nSubject: 5.1.1 are 3 numbers\n", ANSWER),
    ],
)
def test_what_nobody_can_tell_is_not_told(head: str, kind: Kind) -> None:
    raw = f"{head}From: ada@mail.example\n\nhello, version 5.1.1 and 192.5.1.1 and 5 letters".encode()
    assert read(raw, KEY).kind is kind


# Hostile


def test_no_trick_of_writing_lets_a_person_or_a_bidi_switch_through() -> None:
    said = (
        '550 ada@mail.example "ada l"@mail.example ada+x=y@mail.example <ada%40mail.example> rfc822;ada+40mail.example '
        "ADA is gone, user ada\u202e\u200b@mail.example\x07 \u2066[ada@[192.0.2.1]]"
    )
    fate = read(report(f"{ADA}Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; {said}"), KEY).fate
    assert "ada" not in fate.said.lower()
    assert fate.said.isprintable()
    assert "⟨U+2066⟩" in fate.said


@pytest.mark.parametrize("pad", range(280, 420, 7))
def test_a_long_saying_is_cut_without_half_an_address(pad: int) -> None:
    said = "x" * 20 + " " + "y " * ((pad - 21) // 2) + "lovelacelovelace@mail.example is gone"
    fate = read(report(f"{ADA}Action: failed\nDiagnostic-Code: smtp; {said}"), KEY).fate
    assert 200 < len(fate.said) <= LONGEST_SAID
    assert "lovelace" not in fate.said


def test_where_addresses_stood_there_is_room_but_not_for_half_of_the_next() -> None:
    said = "lovelace.lovelace.lovelace@m.example, " * 30
    for wide in (said, "550 " + " " * 3_150 + said):
        fate = read(report(f"{ADA}Action: failed\nDiagnostic-Code: smtp; {wide}"), KEY).fate
        assert "…@m.example, …@m.example" in fate.said
        assert "lovelace" not in fate.said
    in_words = f"Return-Path: <>\nFrom: mailer-daemon@m.example\n\n550 5.1.1 {said}"
    assert "lovelace" not in read(in_words.encode(), KEY).fate.said


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("rfc822; ada@Mail.Example.", "mail.example"),
        ("rfc822;<ada@mail.example> (Ada)", "mail.example"),
        ("ada@mail.example", "mail.example"),
        ('rfc822; "ada@home"@mail.example', "mail.example"),
        ("rfc822; ada+40mail.example", "mail.example"),
        ("rfc822; ada@[192.0.2.1]", "[192.0.2.1]"),
        ("rfc822; ada", ""),
        ("x400; C=GB;A=ada", ""),
    ],
)
def test_of_a_recipient_the_domain_is_kept(written: str, domain: str) -> None:
    found = read(report(f"Final-Recipient: {written}\nAction: failed\nStatus: 5.1.1"), KEY)
    assert (found.kind, found.fate.domain) == (BOUNCED, domain)
    assert not told_of_a_person(found)


def test_what_is_no_host_is_not_kept() -> None:
    raw = report(f"{ADA}Action: failed\nStatus: 5.1.1").replace(b"dns; mx.mail.example", b"dns; ada lovelace <x>")
    assert read(raw, KEY).reporter == "mx.mail.example"  # of the sender
    raw = report("Final-Recipient: rfc822; ada@<b>evil</b>\u202e\nAction: failed\nStatus: 5.1.1")
    assert read(raw, KEY).fate == Fate(BOUNCED, "5.1.1")


DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(1000))
BOMB = b"".join(b"Content-Type: message/rfc822\n\n" for _ in range(5000))
STARTS = b"\n".join(
    (
        b"failed addresses follow:",
        b"Delivery has failed",
        b"A message that you sent was rejected",
        b"Message not delivered to the following addresses",
        b"Your message has encountered delivery problems",
        b"not yet been delivered",
        b"Hi. This is the",
    )
)
LIES = {
    "nothing": b"",
    "a header of a megabyte": b"X-Long: " + b"x" * (1 << 20) + b"\n\nhello",
    "folds of a megabyte": b"References:\n" + b" <a@b>\n" * 150_000 + b"\nhello",
    "a megabyte of parameters": b"Content-Type: multipart/report" + b";" * (1 << 20) + b"\n\nhello",
    "parameters in quotes": b'Content-Type: multipart/report; x="' + b";" * (1 << 20) + b"\n\nhello",
    "parameters in folds": b"Content-Type: multipart/report" + b";\n\t" * 300_000 + b"\n\nhello",
    "a thousand multiparts deep": DEEP,
    "five thousand letters deep": BOMB,
    "ten thousand parts": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 10_000,
    "ten thousand groups": report(*[ADA + "Action: failed"] * 10_000),
    "a group without end": report(ADA + "Action: failed\n" * 20_000),
    "charsets that are none": b"Subject: =?nonsense?q?x?= =?utf-8?B?A?=\nContent-Type: text/plain; charset=../\n\n\xff",
    "zeros": report(ADA + "Action: failed\0\nStatus: 5.1.1\nDiagnostic-Code: smtp; a\0b").replace(b"See", b"\0\0"),
    "zeros alone": bytes(1 << 20),
    "surrogates": b"From: \xed\xa0\x80@x\nTo: \xff\xfe <x@y>\nX-Failed-Recipients: \xed\xa0\x80@\xff\n\n\xed\xa0\x80",
    "no boundary": b"Content-Type: multipart/report\n\nhello",
    "a status that is no list": b"Content-Type: message/delivery-status\n\n",
    "a status in broken base64": b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nA",
    "false marks without end": b"From: x@y\n\n" + b" ".join([b"a" * 26] * 9_000),
    "signs of ats": b"Return-Path: <>\nFrom: mailer-daemon@x\n\n550 5.1.1 " + b"@" * 200_000,
    "one word": b"Return-Path: <>\nFrom: mailer-daemon@x\n\n" + STARTS + b"\n" + b"a" * 250_000,
    "many words": b"From: mailer-daemon@x\n\n" + STARTS + b"\n\n" + (b"a" * 290 + b"\n") * 900,
    "hyphens": b"From: mailer-daemon@x\n\n" + (b"-" * 8_000 + b"\n") * 30,
}


@pytest.mark.parametrize("raw", LIES.values(), ids=LIES)
def test_a_lie_is_read_as_far_as_it_goes_and_in_no_time(raw: bytes) -> None:
    begun = time.process_time()
    found = read(raw, KEY)
    assert time.process_time() - begun < 3
    repr(found).encode()
    assert found.cut is (len(raw) > MOST_READ)
    for fate in found.fates:
        assert fate.said.isprintable()
        assert len(fate.said) <= LONGEST_SAID


@pytest.mark.parametrize(
    "sender", ["", "From: \n", "From: ,\n", "From: @\n", "From: \u043f\u043e\u0447\u0442\u0430@x\n"]
)
def test_without_a_sender_a_server_is_understood_all_the_same(sender: str) -> None:
    raw = shape("qmail-unknown", ends=b"\n").replace(b"From: MAILER-DAEMON@relay.example\n", sender.encode())
    raw = raw.replace(b" (#5.1.1)", b"")  # only flufl.bounce can tell now
    assert (read(raw, KEY).row, read(raw, KEY).kind) == (77, BOUNCED)


def test_what_stumbles_over_a_letter_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(IndexError):
        all_failures(Message())
    assert caplog.records == []


def test_behind_256_kib_nothing_is_read_but_what_stands_before_is() -> None:
    found = read(shape("postfix-unknown") + b"x" * (1 << 20), KEY)
    assert (found.row, found.kind, found.cut) == (77, BOUNCED, True)
    answered = b"In-Reply-To: " + mark(77, KEY).encode() + b"\n"
    filling = b"X-Filling: 0123456789\n"
    assert read(filling * (MOST_READ // len(filling)) + answered, KEY).row is None
    assert read(filling * (MOST_READ // len(filling) - 4) + answered, KEY).row == 77


def test_what_is_too_deep_to_be_taken_apart_is_found_by_its_address() -> None:
    head = f"Delivered-To: n+{mark(77, KEY)}@bakery.example\nReturn-Path: <>\n".encode()
    for trap in (DEEP, LIES["ten thousand parts"]):
        begun = time.process_time()
        found = read(head + trap, KEY)
        assert (found.row, found.kind) == (77, UNKNOWN)
        assert time.process_time() - begun < 0.3


@given(st.sampled_from(sorted(EXPECTED)), st.data())
def test_a_shape_with_a_hole_is_read(name: str, data: st.DataObject) -> None:
    raw = shape(name)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    found = read(raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:], KEY)
    assert found.row in (77, None)
    assert found.also == ()


@given(st.binary(max_size=500))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert read(raw, KEY).row is None
    assert read(report() + raw, KEY).row == 77
