from django.apps import AppConfig


class CaseApp(AppConfig):
    name = "breachdesk.case.app"
    label = "case"
    default_auto_field = "django.db.models.BigAutoField"
