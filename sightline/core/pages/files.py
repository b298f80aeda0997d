"""The files that people handed in: fetched as an attachment, deleted for a stated reason."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from sightline.core.commands import delete_file
from sightline.core.files import Gone, open_file
from sightline.core.flow import NotAllowed
from sightline.core.forms import ReasonForm
from sightline.core.models import StoredFile, User
from sightline.core.opening import FORM, on_record


def _visible(user: User) -> QuerySet[StoredFile]:
    return StoredFile.objects.visible_to(user).select_related("agency", "deleted_by")


@on_record(_visible)
def file(request: HttpRequest, found: StoredFile) -> HttpResponseBase:
    """A file's bytes, to be saved and never shown; of a deleted one, who deleted it and why."""
    try:
        content = open_file(found)
    except Gone:
        return render(request, "core/file_gone.html", {"file": found}, status=410)
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@on_record(_visible, FORM)
def file_delete(request: HttpRequest, found: StoredFile) -> HttpResponse:
    """Delete a file, for a reason that stays."""
    if found.deleted_at is not None:
        return render(request, "core/file_gone.html", {"file": found}, status=410)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = request.user
        assert isinstance(user, User)
        try:
            delete_file(found, reason=form.cleaned_data["reason"], by=user)
        except NotAllowed as refusal:
            form.add_error("reason", str(refusal))
        else:
            return redirect("file", pk=found.pk)
    return render(request, "core/file_delete.html", {"file": found, "form": form})
