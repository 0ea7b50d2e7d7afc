from django.apps import AppConfig


class ScopeApp(AppConfig):
    name = "breachdesk.scope.app"
    label = "scope"
    default_auto_field = "django.db.models.BigAutoField"
