"""What a person can sign in with besides the password: an authenticator app, passkeys, recovery codes."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator

from sightline.core.models import User


@dataclass(frozen=True)
class SecondFactors:
    """A person's second factors: the app (or None), the passkeys, and how many recovery codes are unused."""

    app: Any
    passkeys: tuple[Any, ...]
    unused_codes: int

    def __bool__(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def second_factors(user: User) -> SecondFactors:
    """The second factors that a person has set up."""
    kinds = Authenticator.Type
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = [each for each in found if each.type == kinds.RECOVERY_CODES]
    return SecondFactors(
        app=next((each for each in found if each.type == kinds.TOTP), None),
        passkeys=tuple(each for each in found if each.type == kinds.WEBAUTHN),
        unused_codes=sum(len(each.wrap().get_unused_codes()) for each in codes),
    )


def forget_second_factors(user: User) -> None:
    """Remove all of them; the password alone then signs in."""
    Authenticator.objects.filter(user=user).delete()
