"""Place and lift legal holds; propose, certify and withdraw the disposal of a dossier."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import models, transaction
from django.utils import timezone

from sightline.core import flow, local, vault
from sightline.core.audit import Actor, person, record_event
from sightline.core.command import NotDone, command
from sightline.core.permissions import Permission
from sightline.core.policy import Kind, Section
from sightline.core.trust import dossiers
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import Guarded, Protected, guarded_models
from sightline.core.trust.models import Disposal, Dossier, Grant, Hold, RestrictionReview
from sightline.core.trust.retention import kept


@command(Permission.KEEP_RETENTION)
def place_hold(reference: str, *, reason: str, until: date | None = None, by: Actor) -> Dossier:
    """Keep a dossier whatever the rule says, until a day or until the hold is lifted."""
    dossier = _found(reference, by)
    if until is not None and until < timezone.localdate():
        raise NotDone("The last day lies behind us: enter a later one, or none")
    if Disposal.objects.filter(dossier=dossier, state=Disposal.States.CERTIFIED).exists():
        raise NotDone(f"{dossier} has been disposed of: there is nothing left to hold")
    Hold.objects.create(dossier=dossier, reason=reason, until_on=until, placed_by=person(by))
    return dossier


@command(Permission.KEEP_RETENTION)
def lift_hold(hold: Hold, *, reason: str, by: Actor) -> None:
    """End a hold, and say why."""
    _found(_cover(hold).reference, by)
    lifted = Hold.objects.filter(pk=hold.pk, lifted_at=None).update(
        lifted_at=timezone.now(), lifted_by=person(by), lifted_why=reason
    )
    if not lifted:
        raise NotDone("This hold has been lifted already")


@command(Permission.DISPOSE)
def propose_disposal(reference: str, *, by: Actor) -> Dossier:
    """Propose that a dossier goes, which somebody else must certify. Raises `NotDone` where it must stay."""
    dossier, proposer = _found(reference, by), person(by)
    if proposer is None:
        raise NotDone("A person proposes a disposal, and another certifies it")
    if why := kept.why_kept(dossier):
        raise NotDone(why)
    if Disposal.objects.filter(dossier=dossier, state=Disposal.States.PROPOSED).exists():
        raise NotDone(f"The disposal of {dossier} has been proposed already")
    rule = local.partnership().retention[Kind(dossier.kind)]
    proposal = Disposal(dossier=dossier, reference=dossier.reference, proposed_by=proposer)
    proposal.is_sealed = dossier.restriction == Dossier.Restriction.SEALED
    proposal.basis = f"{rule.words}: {rule.basis}"[:500]
    flow.begin(proposal, by)
    return dossier


@command(Permission.DISPOSE)
def withdraw_disposal(disposal: Disposal, *, by: Actor) -> None:
    """Take a proposal back."""
    _found(_cover(disposal).reference, by)
    disposal.refresh_from_db(fields=["state"])
    if disposal.state != Disposal.States.PROPOSED:
        raise NotDone("This proposal is no longer open")
    flow.move(disposal, Disposal.States.WITHDRAWN, by)


@command(Permission.DISPOSE)
def certify_disposal(disposal: Disposal, *, by: Actor) -> None:
    """Dispose of a dossier that somebody else proposed: every section goes, its key, and all access.

    The cover stays, with the certificate. Raises `NotDone` for whoever proposed it, and where the dossier
    must stay after all.
    """
    dossier = _found(_cover(disposal).reference, by)
    certifier = person(by)
    if certifier is None or certifier.pk == disposal.proposed_by_id:
        raise NotDone("Somebody else must certify it: who proposes a disposal cannot certify it")
    if why := kept.why_kept(dossier):
        raise NotDone(why)
    disposal.refresh_from_db(fields=["state"])
    if disposal.state != Disposal.States.PROPOSED:
        raise NotDone("This proposal is no longer open")
    disposal.counts = _empty(dossier)
    for review in RestrictionReview.objects.filter(dossier=dossier, state=RestrictionReview.States.DUE):
        flow.move(review, RestrictionReview.States.LIFTED, by)
    disposal.certified_at, disposal.certified_by = timezone.now(), certifier
    disposal.save(update_fields=["counts", "certified_at", "certified_by"])
    flow.move(disposal, Disposal.States.CERTIFIED, by)
    told = {"sections": disposal.counts, "basis": disposal.basis, "proposed_by": disposal.proposed_by_id}
    record_event("disposal:certificate", by, subject=dossier, detail=told)
    if dossier.key_id:
        transaction.on_commit(partial(vault.destroy, dossier.key_id))


def _found(reference: str, by: Actor) -> Dossier:
    """The dossier, locked until the command ends: nobody holds what another disposes of meanwhile."""
    found = kept.known(by, reference=reference.strip().upper())
    if not found:
        raise NotDone("You know of no record with this reference")
    with unguarded("the cover of a record that is kept"):
        locked: Dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=found[0].pk)
    return locked


def _cover(of: Hold | Disposal) -> Dossier:
    with unguarded("the cover of a record that is kept"):
        cover: Dossier = Dossier.objects.get(pk=of.dossier_id)
    return cover


def _is_pointed_at(model: type[Guarded]) -> bool:
    """Whether rows of other sections may hang on its rows: those go first."""
    keys = (field for field in model._meta.get_fields() if isinstance(field, models.ForeignKey))
    return not any(issubclass(key.related_model, Protected) for key in keys)


def _empty(dossier: Dossier) -> dict[Section, int]:
    """Delete every row of every section and end all access; gives how many rows of each section went."""
    counts: dict[Section, int] = {}
    with unguarded("disposal"):
        for model in sorted(guarded_models(), key=_is_pointed_at):
            if issubclass(model, Protected):
                gone, _ = model._base_manager.filter(dossier=dossier).delete()
                counts[model.section] = counts.get(model.section, 0) + gone
        dossiers.end(Grant.objects.filter(dossier=dossier))
        Grant.objects.filter(dossier=dossier).update(reason="")
    return {section: count for section, count in counts.items() if count}
