"""Mails as criminals, machines and people write them: text and files out, nothing believed, nothing raised."""

import pytest

from breachdesk.detect.letter import LONGEST, MOST_FILES, read

PLAIN = b"""From: Eve <EVE@Example.org>\r
To: privacy@bakery.example\r
Subject: =?utf-8?B?0KPRgtC10YfQutCw?= [S-2026-0007]\r
Message-ID: <1@example.org>\r
Date: Fri, 27 Nov 2026 10:00:00 +0100\r
Content-Type: text/plain; charset=utf-8\r
\r
I get spam at an address only you know.\r
"""


def test_a_letter_of_a_person() -> None:
    found = read(PLAIN)
    assert (found.key, found.sender, found.number) == ("<1@example.org>", "eve@example.org", "S-2026-0007")
    assert found.subject == "Утечка [S-2026-0007]"
    assert found.text == "I get spam at an address only you know."
    assert not found.automatic
    assert not found.files


def test_headers_in_plain_utf8_are_read_and_what_is_none_is_marked() -> None:
    found = read("Subject: Утечка\r\nFrom: Ева <eve@example.org>\r\n\r\nhello".encode())
    assert (found.subject, found.sender) == ("Утечка", "eve@example.org")
    assert read(b"Subject: \xd5\xf4 x\r\n\r\nhello").subject == "\ufffd\ufffd x"


def test_of_html_the_words_are_taken() -> None:
    head = b"<html><head><title>no</title><style>p{}</style></head>"
    html = head + b"<p>Your <b>data</b></p><script>alert(1)</script><p>is sold"
    found = read(b"Subject: x\r\nContent-Type: text/html\r\n\r\n" + html)
    assert found.text == "Your data\nis sold"


def test_files_come_with_it_and_plain_text_is_preferred() -> None:
    raw = b"""Content-Type: multipart/mixed; boundary=a\r
\r
--a\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/html\r
\r
<p>html</p>\r
--b\r
Content-Type: text/plain; charset=koi8-r\r
Content-Transfer-Encoding: base64\r
\r
8NLJ18XU\r
--b--\r
""" + b"".join(
        b'--a\r\nContent-Disposition: attachment; filename="../%d.csv"\r\n\r\nid\r\n' % number for number in range(20)
    )
    found = read(raw + b"--a--\r\n")
    assert found.text == "Привет"
    assert len(found.files) == MOST_FILES
    assert found.files[0] == ("../0.csv", b"id")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"Auto-Submitted: auto-replied (vacation)", "answer"),
        (b"Auto-Submitted: no", ""),
        (b"X-Autoreply: yes", "answer"),
        (b"Return-Path: <>", "bounce"),
        (b'Content-Type: multipart/report; boundary="r"; report-type=delivery-status', "bounce"),
        (b"Precedence: bulk", "list"),
        (b"List-Id: <news.example.org>", "list"),
        (b"Precedence: first-class", ""),
    ],
)
def test_what_no_human_wrote_is_known(head: bytes, why: str) -> None:
    assert read(head + b"\r\nSubject: x\r\n\r\nhello").automatic == why


NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5000))
LIES = {
    "nothing": b"",
    "nested without end": NESTED,
    "ten thousand parts": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 10_000,
    "a charset that is none": b"Content-Type: text/plain; charset=../../etc\r\n\r\nhello\xff",
    "an encoding that is none": b"Subject: =?nonsense?q?x?= =?utf-8?b?!!!?=\r\n\r\nhello",
    "base64 of one letter in a header": b"Subject: =?utf-8?B?A?=\r\nFrom: =?utf-8?B?A?= <x@y>\r\n\r\nhello",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n!!!!A",
    "a header of a megabyte": b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nhello",
    "folded headers without end": b"Subject: x\r\n" + b" y\r\n" * 100_000 + b"\r\nhello",
    "zero bytes": b"Subject: a\0b\r\nFrom: \0\r\n\r\nhe\0llo",
    "no headers at all": b"\r\n\r\nhello",
    "a name that is code": b"Content-Disposition: attachment; filename*=utf-8''%00%2e%2e%2f; filename=\"x\"\r\n\r\nx",
    "html without end": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
    "surrogates": b"Subject: \xed\xa0\x80\r\nFrom: \xff\xfe <x@y>\r\n\r\nhello",
}


@pytest.mark.parametrize("raw", LIES.values(), ids=LIES)
def test_a_lie_of_a_letter_is_read_as_far_as_it_goes(raw: bytes) -> None:
    found = read(raw)
    for text in (found.key, found.sender, found.subject, found.text, found.date, *(name for name, _ in found.files)):
        assert "\0" not in text
        text.encode()
    assert len(found.text) <= LONGEST
    assert len(found.subject) <= 400
