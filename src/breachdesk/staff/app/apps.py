from django.apps import AppConfig


class StaffApp(AppConfig):
    name = "breachdesk.staff.app"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.staff.app import heard

        heard.listen()
