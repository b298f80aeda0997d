"""Home: what waits for this person, what changed, and what is not yet shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.models import User
from sightline.core.process import Block, panels, processes
from sightline.core.worklist_words import waiting

MOST = 10
"""How many of the things that wait are named here; the worklist has them all."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what changed, and what is not yet shown."""
    user = request.user
    assert isinstance(user, User)
    items = [*waiting(user, MOST), *(item for process in processes() for item in process.home_items(user))]
    blocks = [(block, [item for item in items if item.block is block]) for block in Block]
    context = {"blocks": blocks, "panels": panels("home", user, session=request.session)}
    return render(request, "core/home.html", context)
