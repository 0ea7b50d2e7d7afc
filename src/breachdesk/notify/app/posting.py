"""`python -m breachdesk.notify.app.posting`: the process that posts what waits; the desk never loads Apprise."""

import os


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
    import django

    django.setup()
    from breachdesk.notify.app import posts

    posts.carry()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
