"""The vault of this desk and the keys of its cases, unwrapped when they are needed and never kept."""

from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import transaction

from breachdesk.ground.keys import Key, KeyRing, new_key
from breachdesk.vault.app.models import CaseKey
from breachdesk.vault.store import BadVault, Master, Vault, master

#: What lies sealed before there is a case: the attachments of signals.
SIGNALS = "signals"


def vault() -> Vault:
    return Vault(settings.DATA / "vault")


@cache
def the_master() -> Master:
    """Raises BadVault."""
    return master(ring=KeyRing(settings.KEYS), given=settings.MASTER_KEY, command=settings.MASTER_COMMAND)


@transaction.atomic
def key_for(case: str, at: datetime) -> Key:
    """The key of the case, made when it is first needed. Raises BadVault when it was destroyed, or cannot be opened."""
    kept = CaseKey.objects.select_for_update().filter(case=case).first()
    if kept is None:
        key = new_key(f"case-{case}")
        made, fresh = CaseKey.objects.get_or_create(
            case=case,
            defaults={"wrapped": the_master().wrap(key, case), "master": the_master().id, "made_at": at},
        )
        if fresh:
            return key
        kept = made
    return _opened(kept)


def key_of(case: str) -> Key:
    """The key of the case, to open what lies there. Raises BadVault when there is none any more, or never was."""
    kept = CaseKey.objects.filter(case=case).first()
    if kept is None:
        raise BadVault(f"nothing was ever sealed for {case}: it has no key")
    return _opened(kept)


def _opened(kept: CaseKey) -> Key:
    if kept.wrapped is None:
        raise BadVault(f"the key of {kept.case} was destroyed: what it sealed cannot be read by anybody")
    return the_master().unwrap(bytes(kept.wrapped), kept.case)
