"""Addresses of the case room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.case.app.views import checklists, overview, tasks

case = [
    path("", overview.overview, name="case_overview"),
    path("tasks/", tasks.tasks, name="case_tasks"),
    path("tasks/new/", tasks.new, name="case_task_new"),
    path("tasks/<int:task>/", tasks.task, name="case_task"),
    path("tasks/checklists/", checklists.checklists, name="case_checklists"),
    path("tasks/checklists/<slug:phase>/", checklists.checklist, name="case_checklist"),
]
