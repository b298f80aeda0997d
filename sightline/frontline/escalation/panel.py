"""What the page of a record shows of the disputes in it, and how a new one is raised.

The page decides when somebody can disagree, and shows it so::

    context["disputes"] = disputes_of(user, contact.dossier, may_disagree=contact.decided_at is not None)

    {% set panel = disputes %}{% include panel.template %}
"""

from __future__ import annotations

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import Panel
from sightline.core.trust.models import Dossier
from sightline.frontline.escalation.models import Escalation, readable


def disputes_of(user: User, dossier: Dossier, *, may_disagree: bool = True) -> Panel:
    """The disputes in a record that the reader may see, and whether they may raise one now."""
    disputes = list(readable(user).filter(dossier=dossier.pk))
    is_open = any(one.state != Escalation.States.CLOSED for one in disputes)
    may_raise = may_disagree and not is_open and user.may(Permission.ESCALATE, dossier)
    about = {"disputes": disputes, "may_raise": may_raise, "dossier": dossier}
    return Panel("escalation/panels/disputes.html", about)
