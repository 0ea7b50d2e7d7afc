from django.apps import AppConfig


class NotifyApp(AppConfig):
    name = "breachdesk.notify.app"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"
