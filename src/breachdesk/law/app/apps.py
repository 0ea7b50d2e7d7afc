from django.apps import AppConfig


class LawApp(AppConfig):
    name = "breachdesk.law.app"
    label = "law"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.case.app import closing_checks
        from breachdesk.law.app import closing

        closing_checks.register(closing.owed)
