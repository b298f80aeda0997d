"""For whoever leads on information governance: broken glass to review, and who looked at which record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.core.opening import FORM
from sightline.core.trust.covers import found_by_reference
from sightline.core.trust.limits import GLASS_REVIEW
from sightline.core.trust.models import GlassReview
from sightline.core.trust.pages.doing import crumbs, me
from sightline.core.trust.pages.glass import ReferenceForm
from sightline.core.trust.queue import waiting

LATEST = 20


@require_http_methods(FORM)
def governance(request: HttpRequest) -> HttpResponse:
    """Broken glass that waits, the latest that were judged, and the way to who looked at a record."""
    user = me(request)
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = found_by_reference(user, form.cleaned_data["reference"])
        if found is not None:
            return redirect("trust:looked", pk=found.pk)
        form.add_error("reference", "There is no record with this reference")
    reviews = GlassReview.objects.visible_to(user).select_related("broken_by__agency", "reviewed_by")
    to_do = reviews.filter(state=GlassReview.States.BROKEN)
    judged = reviews.exclude(state=GlassReview.States.BROKEN).order_by("-broken_at")[:LATEST]
    context = {
        "form": form,
        "to_do": waiting(GLASS_REVIEW, to_do, user),
        "judged": waiting(GLASS_REVIEW, judged, user),
        "breadcrumbs": crumbs("Reviews of access"),
    }
    return render(request, "trust/governance.html", context)
