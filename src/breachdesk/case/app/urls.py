"""Addresses of the case room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.case.app.views import checklists, overview, picture, tasks

house = [path("open/", overview.new, name="case_new")]
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
]
