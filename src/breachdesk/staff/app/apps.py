from django.apps import AppConfig


class StaffApp(AppConfig):
    name = "breachdesk.staff.app"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.journal.app import actions
        from breachdesk.staff.app import heard, hooks

        heard.listen()
        actions.listen(hooks.hear)
