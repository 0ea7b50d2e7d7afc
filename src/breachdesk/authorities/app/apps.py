from django.apps import AppConfig


class AuthoritiesApp(AppConfig):
    name = "breachdesk.authorities.app"
    label = "authorities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.authorities.app.moments import filed
        from breachdesk.authorities.extra import read_extra
        from breachdesk.case.app import moments
        from breachdesk.notify.app.asks import READERS

        moments.register(filed)
        READERS["filing"] = read_extra
