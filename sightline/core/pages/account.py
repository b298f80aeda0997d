"""Your account: who you are here, and what you sign in with."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.permissions import ROLES
from sightline.core.second_factors import second_factors


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The reader's own account."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    context = {
        "roles": [ROLES[role] for role in sorted(user.roles)],
        "factors": second_factors(user),
    }
    return render(request, "core/account.html", context)
