from django.apps import AppConfig


class VaultApp(AppConfig):
    name = "breachdesk.vault.app"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from breachdesk.vault.app import actions, errands

        errands.register("check", actions.checking)
        errands.register("seal", actions.sealing)
        errands.register("inbox", actions.copying)
