from django.apps import AppConfig


class LawApp(AppConfig):
    name = "breachdesk.law.app"
    label = "law"
    default_auto_field = "django.db.models.BigAutoField"
