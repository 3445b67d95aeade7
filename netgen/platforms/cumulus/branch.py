"""What an NVUE tree is made of."""

from typing import TypeAlias

Item: TypeAlias = "Branch | str | int"
Branch: TypeAlias = "dict[str, Item]"
"""Keys of the object model → what is below them: a branch, or the value of a leaf. An empty branch is an entry of a
collection that has no more to say, such as an address."""

ON = "on"
"""How release 5.14 switches most features on; 5.15 renamed it to ``enabled``."""


def switch(choice: bool) -> str:
    """Spell a truth value as NVUE 5.14 does."""
    return ON if choice else "off"


def pruned(branch: Branch) -> Branch:
    """Leave out the empty ones of a branch's own entries."""
    return {key: value for key, value in branch.items() if value != {}}
