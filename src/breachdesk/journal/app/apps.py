from django.apps import AppConfig


class JournalApp(AppConfig):
    name = "breachdesk.journal.app"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
