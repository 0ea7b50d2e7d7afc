"""Everything the screens do, the API does, or it is said why not: by the list of pages itself."""

from typing import Any

import pytest

from breachdesk.api import operations
from tests.web.routes import routes

#: What a page does, as the API does it. A page that only shows stands here with what reads the same.
BY_API = {
    "detect_tell": "POST /signals",
    "detect_signals": "GET /signals",
    "detect_signal": "PUT /signals/{signal}/looking, PUT /signals/{signal}/false-alarm,"
    " PUT /signals/{signal}/duplicate, PUT /signals/{signal}/open, POST /signals/{signal}/messages",
    "case_new": "POST /cases",
    "case_confirm": "POST /signals/{signal}/confirm, PUT /cases/{number}/signals/{signal}",
    "front": "GET /cases",
    "case_overview": "GET /cases/{number}",
    "case_aware": "PUT /cases/{number}/aware",
    "case_timeline": "POST /cases/{number}/timeline",
    "case_happening": "DELETE /cases/{number}/timeline/{happening}",
    "case_systems": "POST /cases/{number}/systems, POST /cases/{number}/links, DELETE /cases/{number}/links/{link}",
    "case_system": "DELETE /cases/{number}/systems/{system}",
    "case_origin": "PUT /cases/{number}/origin",
    "case_origin_json": "GET /cases/{number}/origin",
    "case_tasks": "GET /cases/{number}/tasks",
    "case_task_new": "POST /cases/{number}/tasks",
    "case_task": "PUT /cases/{number}/tasks/{task}, PUT /cases/{number}/tasks/{task}/done,"
    " DELETE /cases/{number}/tasks/{task}/done",
    "case_checklists": "GET /cases/{number}/points",
    "case_checklist": "PUT /cases/{number}/points/{point}, DELETE /cases/{number}/points/{point}",
    "case_decisions": "GET /cases/{number}/decisions",
    "case_decision_new": "POST /cases/{number}/decisions",
    "case_decision": "GET /cases/{number}/decisions",
    "case_notes": "POST /cases/{number}/notes",
    "case_costs": "GET /cases/{number}/costs, POST /cases/{number}/costs",
    "case_cost": "DELETE /cases/{number}/costs/{cost}",
    "case_costs_csv": "GET /cases/{number}/costs",
    "case_team": "POST /cases/{number}/members",
    "case_member": "PUT /cases/{number}/members/{email}, DELETE /cases/{number}/members/{email}",
    "case_closing": "PUT /cases/{number}/state, POST /cases/{number}/asks",
    "case_asks": "GET /cases/{number}/asks",
    "case_ask_answer": "PUT /cases/{number}/asks/{ask_id}",
    "case_ask_withdraw": "DELETE /cases/{number}/asks/{ask_id}",
    "case_evidence": "GET /cases/{number}/evidence",
    "case_evidence_add": "POST /cases/{number}/uploads",
    "case_upload_begin": "POST /cases/{number}/uploads",
    "case_upload_part": "PUT /cases/{number}/uploads/{upload}",
    "case_upload_end": "POST /cases/{number}/uploads/{upload}/finish",
    "case_people": "GET /cases/{number}/people",
    "case_people_correct": "POST /cases/{number}/corrections",
    "case_sources": "GET /cases/{number}/runs",
    "case_sample": "POST /cases/{number}/comparisons",
    "case_scope_start": "POST /cases/{number}/runs",
    "case_scope_stop": "DELETE /cases/{number}/runs/{run}",
    "case_facts": "GET /cases/{number}/facts",
    "case_fact": "PUT /cases/{number}/facts/{fact}",
    "case_duties": "GET /cases/{number}/duties",
    "case_duty": "GET /cases/{number}/duties",
    "case_duties_json": "GET /cases/{number}/duties",
    "case_changes": "GET /cases/{number}/changes",
    "case_filings": "GET /cases/{number}/filings",
    "case_filing_kept": "PUT /cases/{number}/filings/{filing}/review, PUT /cases/{number}/filings/{filing}/sent,"
    " PUT /cases/{number}/filings/{filing}/receipt, DELETE /cases/{number}/filings/{filing}",
    "case_journal": "GET /cases/{number}/journal",
}
_ENTERING = "who may enter is decided by somebody signed in, with a second factor asked anew"
_VALUES = "values of affected people never leave by the API"
_FILES = "files that leave the house are fetched by somebody signed in"
#: What the API does not do, and why; docs/formats/api.md says the same.
NOT_BY_API = {
    **dict.fromkeys(
        ("staff_me", "staff_second_factor", "staff_tokens", "staff_token_new", "staff_token_end", "staff_hooks",
         "staff_hook_new", "staff_hook", "staff_accounts", "staff_invite", "staff_withdraw", "staff_account",
         "staff_account_off", "staff_account_on", "staff_account_factor", "staff_account_password", "law_calendar",
         "law_calendar_end"), _ENTERING),
    **dict.fromkeys(
        ("case_people_list", "case_person", "case_person_whole", "case_people_changed", "case_columns",
         "case_correction_back", "case_release", "case_release_begin", "case_release_fetch"), _VALUES),
    **dict.fromkeys(
        ("detect_attachment", "detect_letters", "detect_letter", "case_item", "case_custody", "case_evidence_inbox",
         "case_filing_proof", "case_filing_kept_file", "case_filing_file", "case_export", "case_export_fetch",
         "case_errand_seen"), _FILES),
    **dict.fromkeys(("case_filing", "case_filing_answers"), "a draft is made where what only a human can say is asked"),
    **dict.fromkeys(("journal_house", "journal_verify"), "the journal of the house is read by whoever keeps the house"),
}  # fmt: skip


def test_every_page_has_its_operation_or_a_reason() -> None:
    pages = {route.name for route in routes() if route.door and route.door.kind != "public"}
    assert pages - set(BY_API) - set(NOT_BY_API) == set(), "say in tests/web/test_api_whole.py what the API does"
    assert (set(BY_API) | set(NOT_BY_API)) - pages == set()


@pytest.mark.parametrize("page", BY_API)
def test_what_is_named_is_there(page: str) -> None:
    there: set[tuple[str, str]] = {(method, path) for path, one in operations() for method in one.methods}
    named: list[Any] = [tuple(one.split()) for one in BY_API[page].split(", ")]
    assert [one for one in named if one not in there] == []
