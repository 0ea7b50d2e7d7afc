"""Texts that others made up and labelled: how much is found in them, and how little is found that is not there."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from breachdesk.scope.detectors.text import Span, scanner
from tests.corpus import corpus
from tests.scope.detectors.judging import detectors

pytestmark = pytest.mark.corpus

Label = tuple[str, int, int]
MEANS = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "US_SSN": "gov_id", "SOCIAL_SECURITY_NUMBER": "gov_id",
    "CREDIT_CARD": "card.number", "IBAN_CODE": "bank.iban", "IBAN": "bank.iban",
    "IP_ADDRESS": "ip_address", "STREET_ADDRESS": "address",
    "ADDRESS": "address", "US_DRIVER_LICENSE": "gov_id", "DATE_OF_BIRTH": "date_of_birth", "PASSWORD": "login.password",
    "API_KEY": "login.token", "USERNAME": "login.username", "HEALTH_CONDITION": "health", "MAC_ADDRESS": "device_id",
    "PERSON": "name", "PERSON_NAME": "name",
}  # fmt: skip
SYNTHETIC = ("presidio-research", "synth_dataset_v2.json")
LARGE = ("presidio-research", "generated_large.json")
LOGS = ("pii-anon-eval-data", "test_technology.jsonl.gz")
FORMS = ("pii-anon-eval-data", "format_variations.jsonl.gz")
# Least share of the labels of each kind that must be found. Names are only found where they are introduced, streets
# only where their words say that they are streets; those labels are no promise.
FOUND = {
    SYNTHETIC: {
        "EMAIL_ADDRESS": 1, "US_SSN": 1, "IBAN_CODE": 1, "IP_ADDRESS": 1, "US_DRIVER_LICENSE": 1, "CREDIT_CARD": 0.9,
        "PHONE_NUMBER": 0.7,
    },
    LARGE: {
        "EMAIL_ADDRESS": 1, "US_SSN": 1, "IBAN_CODE": 1, "IP_ADDRESS": 1, "US_DRIVER_LICENSE": 1, "CREDIT_CARD": 1,
        "PHONE_NUMBER": 0.75,
    },
    LOGS: {
        "EMAIL_ADDRESS": 1, "IP_ADDRESS": 1, "PHONE_NUMBER": 1, "API_KEY": 1, "MAC_ADDRESS": 1, "STREET_ADDRESS": 0.99,
        "PASSWORD": 0.95, "SOCIAL_SECURITY_NUMBER": 0.7, "HEALTH_CONDITION": 0.6,
    },
    FORMS: {
        "EMAIL_ADDRESS": 1, "PHONE_NUMBER": 0.99, "STREET_ADDRESS": 0.99, "HEALTH_CONDITION": 0.99,
        "SOCIAL_SECURITY_NUMBER": 0.9, "DATE_OF_BIRTH": 0.6,
    },
}  # fmt: skip
# Least share of the findings that a label bears out; elements that these sets label only here and there stay out.
BORNE_OUT = (
    "email", "gov_id", "card.number", "bank.iban", "ip_address", "address", "login.password", "login.token", "name"
)  # fmt: skip


def labelled(path: Path) -> Iterator[tuple[str, list[Label]]]:
    if path.suffix == ".gz":
        for line in gzip.decompress(path.read_bytes()).splitlines():
            one = json.loads(line)
            yield one["text"], [(a["entity_type"], a["start"], a["end"]) for a in one["annotations"]]
        return
    for one in json.loads(path.read_text(encoding="utf-8")):
        yield one["full_text"], [(s["entity_type"], s["start_position"], s["end_position"]) for s in one["spans"]]


@cache
def scanned(parts: tuple[str, str]) -> tuple[list[tuple[str, list[Label]]], dict[int, list[Span]]]:
    data = list(labelled(corpus("data", "pii", *parts)))
    by_row: dict[int, list[Span]] = defaultdict(list)
    for span in scanner(detectors()).scan(pl.Series([text for text, _ in data]), prose=True):
        by_row[span.row].append(span)
    return data, by_row


def family(element: str) -> str:
    return "gov_id" if element.startswith("gov_id") else element


def meets(span: Span, label: Label) -> bool:
    return span.start < label[2] and label[1] < span.end and MEANS.get(label[0]) == family(span.detector.element)


@pytest.mark.parametrize("parts", FOUND, ids=lambda parts: parts[1])
def test_what_others_labelled_is_found(parts: tuple[str, str]) -> None:
    data, by_row = scanned(parts)
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row, (_, labels) in enumerate(data):
        for label in labels:
            total[label[0]] += 1
            hits[label[0]] += any(meets(span, label) for span in by_row[row])
    shares = {kind: hits[kind] / total[kind] for kind in FOUND[parts]}
    assert {kind: share for kind, share in shares.items() if share < FOUND[parts][kind]} == {}


@pytest.mark.parametrize("parts", FOUND, ids=lambda parts: parts[1])
def test_what_is_found_others_labelled_too(parts: tuple[str, str]) -> None:
    data, by_row = scanned(parts)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row, (_, labels) in enumerate(data):
        for span in by_row[row]:
            total[family(span.detector.element)] += 1
            right[family(span.detector.element)] += any(meets(span, label) for label in labels)
    shares = {element: right[element] / total[element] for element in BORNE_OUT if total[element]}
    assert {element: share for element, share in shares.items() if share < 0.98} == {}
