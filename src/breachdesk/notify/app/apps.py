from django.apps import AppConfig


class NotifyApp(AppConfig):
    name = "breachdesk.notify.app"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.case.app import closing_checks, glance
        from breachdesk.notify.app import closing, fixing, printing, proving
        from breachdesk.vault.app import errands

        errands.register(fixing.KIND, fixing.making)
        errands.register(printing.KIND, printing.making)
        errands.register(proving.KIND, proving.making)
        closing_checks.register(closing.untold)
        closing_checks.register(closing.warned)
        closing_checks.register(closing.unknown)
        closing_checks.register(closing.standing_still)
        glance.register("notify", closing.people_told)
        glance.register("public", closing.said_in_public)
