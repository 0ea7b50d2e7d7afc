from django.apps import AppConfig


class Web(AppConfig):
    name = "breachdesk.web"
    label = "web"

    def ready(self) -> None:
        from breachdesk import flow

        flow.listen()
