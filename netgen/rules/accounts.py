"""Local accounts."""

from collections.abc import Iterator

from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent


def check(intent: Intent) -> Iterator[Finding]:
    """Yield every account that a device would let anybody into."""
    for name, user in intent.management.users.items():
        if user.password is None and not user.ssh_keys:
            yield derived.OPEN_ACCOUNT.about(
                f"{name} has neither a password nor an SSH key",
                ("management", "users", name),
                at_key=True,
                advice="add `password: {secret: …}` or `ssh-keys: […]`",
            )
