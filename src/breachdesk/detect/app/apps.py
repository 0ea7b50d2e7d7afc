from django.apps import AppConfig


class DetectApp(AppConfig):
    name = "breachdesk.detect.app"
    label = "detect"
    default_auto_field = "django.db.models.BigAutoField"
