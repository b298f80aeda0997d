"""The trust plane: records about identified people, which only the right person can see.

Every such record hangs off a *dossier*. Who may see what of it is decided in `sightline.core.policy` and
enforced here, below every page: by guarded managers, by a tripwire on every statement, and on PostgreSQL by
row-level security. Installed only where the front line is switched on (`FRONT_LINE=on`).
"""
