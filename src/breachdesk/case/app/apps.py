from django.apps import AppConfig


class CaseApp(AppConfig):
    name = "breachdesk.case.app"
    label = "case"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.case.app import closing_checks, moments, working

        closing_checks.register(closing_checks.ours)
        moments.register(moments.ours)
        working.register()
