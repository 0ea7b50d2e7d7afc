from typing import Any

from django.apps import AppConfig


class ScopeApp(AppConfig):
    name = "breachdesk.scope.app"
    label = "scope"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.case.app import glance
        from breachdesk.scope.app import release, tasks
        from breachdesk.vault.app import errands, sweeping

        glance.register("people", _people)
        sweeping.register(tasks.strays)
        sweeping.register(release.lapse)
        errands.register(release.PEOPLE_KIND, release.writing)


def _people(case: Any) -> Any:
    """How many people, where; or what stands between us and the number."""
    from django.urls import reverse

    from breachdesk.case.app.glance import Panel
    from breachdesk.scope.app import actions

    url = reverse("case_people", args=[case.number])
    run = actions.last(case)
    if run is not None and run.people is not None:
        return Panel("people", "people.answer", url, n=run.people, order=20)
    key = "people.answer_not_read" if case.items.exists() else "people.answer_no_evidence"
    return Panel("people", key, url, urgent=case.items.exists(), order=20)
