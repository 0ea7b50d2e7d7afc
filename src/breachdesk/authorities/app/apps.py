from django.apps import AppConfig


class AuthoritiesApp(AppConfig):
    name = "breachdesk.authorities.app"
    label = "authorities"
    default_auto_field = "django.db.models.BigAutoField"
