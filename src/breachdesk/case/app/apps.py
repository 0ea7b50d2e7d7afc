from django.apps import AppConfig


class CaseApp(AppConfig):
    name = "breachdesk.case.app"
    label = "case"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.case.app import closing_checks, working

        closing_checks.register(closing_checks.ours)
        working.register()
