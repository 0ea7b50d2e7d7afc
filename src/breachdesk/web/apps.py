from django.apps import AppConfig


class Web(AppConfig):
    name = "breachdesk.web"
    label = "web"

    def ready(self) -> None:
        from breachdesk import flow
        from breachdesk.web import record

        flow.listen()
        record.register()
