"""All codes, by name."""

from types import ModuleType

from netgen.diagnostics.codes import derived, infiniband, listed, platform, qos, reading, references, repository, schema
from netgen.diagnostics.codes.code import Code

# The hundred that each module owns, with the heading of its part of the documentation.
MODULES: tuple[tuple[int, str, ModuleType], ...] = (
    (1, "Reading", reading),
    (2, "Schema", schema),
    (3, "References", references),
    (4, "Derived values", derived),
    (5, "Quality of service", qos),
    (6, "Platforms", platform),
    (7, "Repository", repository),
    (8, "Lists of an explicit fabric", listed),
    (9, "InfiniBand", infiniband),
)


def of_module(module: ModuleType) -> list[Code]:
    """Codes that a module defines, in the order of their numbers; duplicates are kept."""
    found = (value for value in vars(module).values() if isinstance(value, Code))
    return sorted(found, key=lambda code: code.code)


def all_codes() -> dict[str, Code]:
    """Every registered code by its stable name."""
    return {code.code: code for _, _, module in MODULES for code in of_module(module)}
