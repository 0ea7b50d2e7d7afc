"""Addresses of the case room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.case.app.views import (
    asks,
    checklists,
    closing,
    confirming,
    costs,
    decisions,
    overview,
    picture,
    tasks,
    team,
)

house = [
    path("open/", overview.new, name="case_new"),
    path("signals/<slug:signal>/confirm/", confirming.confirm, name="case_confirm"),
]
case = [
    path("", overview.overview, name="case_overview"),
    path("aware/", overview.aware, name="case_aware"),
    path("timeline/", picture.timeline, name="case_timeline"),
    path("timeline/<int:happening>/", picture.happening, name="case_happening"),
    path("systems/", picture.systems, name="case_systems"),
    path("systems/<int:system>/", picture.system, name="case_system"),
    path("origin/", picture.origin, name="case_origin"),
    path("origin/veris.json", picture.origin_json, name="case_origin_json"),
    path("tasks/", tasks.tasks, name="case_tasks"),
    path("tasks/new/", tasks.new, name="case_task_new"),
    path("tasks/<int:task>/", tasks.task, name="case_task"),
    path("tasks/checklists/", checklists.checklists, name="case_checklists"),
    path("tasks/checklists/<slug:phase>/", checklists.checklist, name="case_checklist"),
    path("decisions/", decisions.decisions, name="case_decisions"),
    path("decisions/new/", decisions.new, name="case_decision_new"),
    path("decisions/<int:decision>/", decisions.decision, name="case_decision"),
    path("decisions/notes/", decisions.notes, name="case_notes"),
    path("costs/", costs.costs, name="case_costs"),
    path("costs/<int:cost>/", costs.cost, name="case_cost"),
    path("costs/costs.csv", costs.table, name="case_costs_csv"),
    path("team/", team.team, name="case_team"),
    path("team/<int:member>/", team.member, name="case_member"),
    path("closing/", closing.closing, name="case_closing"),
    path("closing/asks/", asks.asks, name="case_asks"),
    path("closing/asks/<int:ask>/answer/", asks.answer, name="case_ask_answer"),
    path("closing/asks/<int:ask>/withdraw/", asks.withdraw, name="case_ask_withdraw"),
]
