"""Which keys records name, and those of disposed dossiers, which must be gone for good."""

from __future__ import annotations

from sightline.core import vault
from sightline.core.trust.actor import unguarded
from sightline.core.trust.models import Begun, Disposal, Dossier


def named() -> frozenset[str]:
    """The keys that dossiers name, and texts that are about no record yet."""
    with unguarded("names of keys"):
        of_dossiers = frozenset(dossier.key_id for dossier in Dossier.objects.exclude(key_id=""))
    return of_dossiers | frozenset(Begun.objects.values_list("key_id", flat=True))


def destroy_disposed() -> str:
    """Destroy every key of a disposed dossier that is there: the machine stopped between the certificate and
    the key, or a backup of the key store brought it back. Says how many, in one line.
    """
    gone = Disposal.objects.filter(state=Disposal.States.CERTIFIED).values("dossier")
    with unguarded("keys of disposed records"):
        keys = [dossier.key_id for dossier in Dossier.objects.filter(pk__in=gone).exclude(key_id="")]
    destroyed = 0
    for key in keys:
        try:
            is_there = vault.destroyed_at(key) is None
        except vault.KeyLost:
            continue  # gone in another way, for now: a backup may bring it back
        if is_there:
            vault.destroy(key)
            destroyed += 1
    return f"{len(keys)} disposed of, {destroyed} keys destroyed today"
