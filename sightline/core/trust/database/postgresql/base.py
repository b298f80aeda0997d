"""Django's own, with the tripwire on every connection, which also tells the session who reads."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from sightline.core.trust.binding import Binding
from sightline.core.trust.tripwire import trip


class DatabaseWrapper(base.DatabaseWrapper):
    """Every statement passes the tripwire, and runs under whoever reads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.binding = Binding(self)
        self.execute_wrappers.append(trip)

    def connect(self) -> None:
        """Open a session, which nobody has been told to yet, or was told to for somebody else."""
        self.binding.forget()
        super().connect()

    def _commit(self) -> None:
        session = self.connection
        if session is not None and session.info.transaction_status == TransactionStatus.INERROR:
            self.binding.forget()  # the server rolls back what has failed, and raises nothing
        super()._commit()  # type: ignore[misc]  # unknown to the stubs

    def _rollback(self) -> None:
        self.binding.forget()
        super()._rollback()  # type: ignore[misc]  # unknown to the stubs
