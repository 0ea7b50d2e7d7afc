from django.apps import AppConfig


class VaultApp(AppConfig):
    name = "breachdesk.vault.app"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
