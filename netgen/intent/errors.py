"""From pydantic's validation errors to findings at the place in the file, one for each mistake."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import field
from pydantic import BaseModel, ValidationError

from netgen.diagnostics.codes import schema
from netgen.diagnostics.codes.registry import all_codes
from netgen.diagnostics.model import Diagnostic, Label, Span
from netgen.diagnostics.order import sort
from netgen.diagnostics.suggest import closest, did_you_mean, listing
from netgen.intent.causes import root_causes
from netgen.intent.faults import EXTRA, LOST_LEVEL, MISSING, Fault, choose_members, take_apart
from netgen.intent.fields import known_keys
from netgen.intent.infiniband import InfinibandFabric
from netgen.intent.locate import place
from netgen.intent.models import Fabric
from netgen.intent.positions import MappingNode, Node, ScalarNode, Tree
from netgen.intent.problems import ERROR_TYPE
from netgen.intent.wording import describe, describe_kind, dscp_advice, due, lacks_space, type_advice
from netgen.record import Record


class _Scene(Record):
    """What findings are made from."""

    tree: Tree
    model: type[BaseModel]
    prefix: tuple[str | int, ...] = field(default=())

    def node(self, fault: Fault) -> Node | None:
        return self.tree.node((*self.prefix, *fault.path))

    def span(self, fault: Fault) -> Span:
        path = (*self.prefix, *fault.path)
        return self.tree.key_span(path) if fault.at_key else place(self.tree, path)

    def name(self, path: tuple[str | int, ...]) -> str:
        """A path in the words of a message."""
        whole = (*self.prefix, *path)
        return f"`{'.'.join(map(str, whole))}`" if whole else "the intent"


def diagnose(
    error: ValidationError,
    tree: Tree,
    model: type[BaseModel],
    *,
    prefix: tuple[str | int, ...] = (),
    suspects: Iterable[Span] = (),
) -> list[Diagnostic]:
    """Turn the errors of a validation into findings.

    Parameters
    ----------
    error
        What pydantic raised.
    tree
        Where the validated data stands.
    model
        The model that it was validated against.
    prefix
        Path in the tree of what was validated, if it is a part only.
    suspects
        Places where the reader found something wrong already, such as a key given twice: what is missing
        around them is missing for the same reason, and not told.

    Returns
    -------
    list
        In the order of their places. A misspelt key that must be there is one finding, not an unknown and a
        missing one; the members of a union that the value was not meant for are not mentioned.
    """
    scene = _Scene(tree, model, prefix)
    root = tree.node(prefix) or tree.root
    # Inputs stay out: they may hold what somebody took for the right place of a password.
    errors = error.errors(include_url=False, include_input=False)
    faults = choose_members([take_apart(details, root) for details in errors])
    faults = root_causes(faults, root, model)
    diagnostics = _unknown_keys(scene, [fault for fault in faults if fault.kind == EXTRA])
    diagnostics += _missing_keys(scene, [fault for fault in faults if fault.kind == MISSING], tuple(suspects))
    others = [fault for fault in faults if fault.kind not in {MISSING, EXTRA}]
    diagnostics += [_EXPLAINERS.get(fault.kind, _unreadable)(scene, fault) for fault in others]
    return list(sort(diagnostics))


def _unknown_keys(scene: _Scene, faults: list[Fault]) -> list[Diagnostic]:
    """Make a finding for each misspelt key, and one for each mapping with keys that have no business there."""
    diagnostics = []
    strangers: dict[tuple[str | int, ...], list[Fault]] = {}
    for fault in faults:
        key, free = str(fault.path[-1]), _free_keys(scene, fault)
        other = _of_other_technology(scene, fault)
        if other or ":" in key or closest(key, free):
            message, advice = _unknown(scene, fault.path[:-1], key), other or _key_advice(key, free)
            diagnostics.append(schema.UNKNOWN_KEY.at(_key_span(scene, fault), message, advice=advice))
        else:
            strangers.setdefault(fault.path[:-1], []).append(fault)
    return diagnostics + [_strangers(scene, of_mapping) for of_mapping in strangers.values()]


def _of_other_technology(scene: _Scene, fault: Fault) -> str:
    """Advise on a key that a fabric of another technology would have."""
    path = (*scene.prefix, *fault.path)
    if path[:1] != ("fabrics",) or len(path) != len(("fabrics", "name", "key")):
        return ""
    if str(path[-1]) in known_keys(InfinibandFabric, ()):
        return "it is a key of InfiniBand fabrics: write `technology: infiniband`"
    return "it is a key of Ethernet fabrics" if str(path[-1]) in known_keys(Fabric, ()) else ""


def _strangers(scene: _Scene, faults: list[Fault]) -> Diagnostic:
    first, *others = faults
    meant = _home(scene, first) or _swapped(scene, first)
    return schema.UNKNOWN_KEY.at(
        _key_span(scene, first),
        _unknown(scene, first.path[:-1], *(str(fault.path[-1]) for fault in faults)),
        related=tuple(Label(_key_span(scene, fault), "and this one") for fault in others),
        advice=meant or _key_advice(str(first.path[-1]), _free_keys(scene, first)) or "remove it",
    )


def _home(scene: _Scene, fault: Fault) -> str:
    """Advise on a key that one of the mappings around it would take: it is indented too deep."""
    *parent, key = fault.path
    for depth in range(len(parent) - 1, -1, -1):
        if str(key) in known_keys(scene.model, parent[:depth]):
            return f"`{key}` is a key of {scene.name(tuple(parent[:depth]))}: indent it as the others there"
    return ""


def _swapped(scene: _Scene, fault: Fault) -> str:
    """Advise on a key whose value is a key that could stand there."""
    node, key = scene.node(fault), str(fault.path[-1])
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, str) and value in _free_keys(scene, fault):
        return f"key and value are swapped: write `{value}: {key}`"
    return ""


def _free_keys(scene: _Scene, fault: Fault) -> list[str]:
    """Keys that the mapping around an unknown one could still take."""
    node = scene.tree.node((*scene.prefix, *fault.path[:-1]))
    present = set(node.entries) if isinstance(node, MappingNode) else set()
    return [name for name in known_keys(scene.model, fault.location[:-1]) if name not in present]


def _key_span(scene: _Scene, fault: Fault) -> Span:
    return scene.tree.key_span((*scene.prefix, *fault.path))


def _key_advice(key: str, free: list[str]) -> str:
    if key.replace("-", "").isdigit():
        return f"between braces a comma ends a value; several ids are written as a list: [1-3, {key}]"
    return "put a space after the colon" if ":" in key else did_you_mean(key, free)


def _unknown(scene: _Scene, parent: tuple[str | int, ...], *keys: str) -> str:
    where = f" in {scene.name(parent)}" if (*scene.prefix, *parent) else ""
    return f"unknown {'key' if len(keys) == 1 else 'keys'} {listing(keys)}{where}"


def _missing_keys(scene: _Scene, faults: list[Fault], suspects: tuple[Span, ...]) -> list[Diagnostic]:
    """Make one finding for each mapping that lacks keys."""
    names: dict[tuple[str | int, ...], list[str]] = {}
    for fault in faults:
        names.setdefault(fault.path, []).append(fault.name)
    diagnostics = []
    for path, lacking in names.items():
        span = place(scene.tree, (*scene.prefix, *path))
        if not any(_holds(span, suspect) for suspect in suspects):
            diagnostics.append(_missing_key(span, scene.name(path), lacking))
    return diagnostics


def _missing_key(span: Span, where: str, names: list[str]) -> Diagnostic:
    one = len(names) == 1
    message = f"{where} lacks the {'key' if one else 'keys'} {listing(names)}"
    return schema.MISSING_KEY.at(span, message, advice="add it" if one else "add them")


def _holds(outer: Span, inner: Span) -> bool:
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return outer.file == inner.file and start <= (inner.line, inner.column) <= end


def _lost_level(scene: _Scene, fault: Fault) -> Diagnostic:
    span = scene.tree.key_span((*scene.prefix, *fault.path, fault.name))
    message = f"{scene.name(fault.path)} holds entries with names of their own; `{fault.name}` belongs into one"
    return schema.LOST_LEVEL.at(span, message, advice=f"put the entry's name, and a colon, above `{fault.name}`")


def _wrong_type(scene: _Scene, fault: Fault) -> Diagnostic:
    node, wanted = scene.node(fault), due(fault.kind, fault.context)
    code = schema.INVALID_KEY if fault.at_key else schema.WRONG_TYPE
    if fault.at_key:
        return code.at(scene.span(fault), f"the key `{fault.path[-1]}` must be {wanted}")
    # Where a mapping is due, such as a reference to a secret, the value might be the secret.
    found = describe_kind(node) if wanted in {"a mapping", "a list"} else describe(node)
    message = f"{scene.name(fault.path)} must be {wanted}, not {found}"
    keys = known_keys(scene.model, fault.location) if isinstance(node, ScalarNode) and node.value is not None else []
    advice = f"write `{{{keys[0]}: …}}`" if len(keys) == 1 else type_advice(fault.kind, node)
    if "dscp" in fault.path:
        advice = dscp_advice(node, listed=fault.path[-1] != "dscp") or advice
    elif wanted == "a mapping" and lacks_space(node):
        advice = "put a space after the colon"
    return code.at(scene.span(fault), message, advice=advice)


def _not_among(scene: _Scene, fault: Fault) -> Diagnostic:
    expected = str(fault.context.get("expected") or fault.context.get("expected_tags"))
    choices = [part for part in expected.split("'")[1::2] if part]
    if fault.at_key:
        advice = did_you_mean(str(fault.path[-1]), choices)
        return schema.INVALID_KEY.at(scene.span(fault), f"the key `{fault.path[-1]}` is not allowed", advice=advice)
    node = scene.node(fault)
    value = str(node.value) if isinstance(node, ScalarNode) else ""
    message = f"{scene.name(fault.path)} must be {due(fault.kind, fault.context)}, not {describe(node)}"
    advice = did_you_mean(value, choices) if closest(value, choices) else ""
    return schema.INVALID_VALUE.at(scene.span(fault), message, advice=advice)


def _wrong_tag(scene: _Scene, fault: Fault) -> Diagnostic:
    """A discriminated union: pydantic reports the mapping, the mistake is in its discriminator."""
    key = str(fault.context["discriminator"]).strip("'()")
    tagged = Fault("literal_error", (*fault.path, key), fault.location, _tags(fault), fault.message)
    return _not_among(scene, tagged)


def _no_tag(scene: _Scene, fault: Fault) -> Diagnostic:
    key = str(fault.context["discriminator"]).strip("'")
    node = scene.node(fault)
    misspelt = closest(key, node.entries) if isinstance(node, MappingNode) else None
    if misspelt is not None:
        span = scene.tree.key_span((*scene.prefix, *fault.path, misspelt))
        return schema.UNKNOWN_KEY.at(span, _unknown(scene, fault.path, misspelt), advice=_key_advice(misspelt, [key]))
    return _missing_key(scene.span(fault), scene.name(fault.path), [key])


def _tags(fault: Fault) -> dict[str, Any]:
    return {"expected": fault.context.get("expected_tags", "")}


def _out_of_range(scene: _Scene, fault: Fault) -> Diagnostic:
    found = describe(scene.node(fault)).removeprefix("the number ")
    message = f"{scene.name(fault.path)} must be {due(fault.kind, fault.context)}, not {found}"
    return schema.OUT_OF_RANGE.at(scene.span(fault), message)


def _wrong_length(scene: _Scene, fault: Fault) -> Diagnostic:
    message = f"{scene.name(fault.path)} must have {due(fault.kind, fault.context)}"
    return schema.WRONG_LENGTH.at(scene.span(fault), message)


def _unreadable(scene: _Scene, fault: Fault) -> Diagnostic:
    """What a validator of ours refused with a ValueError, or pydantic in a way that has no words here."""
    message = str(fault.context.get("error") or fault.message)
    if fault.at_key:
        return schema.INVALID_KEY.at(scene.span(fault), f"the key `{fault.path[-1]}`: {message}")
    return schema.INVALID_FORM.at(scene.span(fault), f"{scene.name(fault.path)}: {message}")


def _problem(scene: _Scene, fault: Fault) -> Diagnostic:
    context = fault.context
    path = (*scene.prefix, *fault.path, *context["at"])
    code = all_codes()[context["code"]]
    return code.at(place(scene.tree, path), context["message"], advice=context["advice"])


_Explainer = Callable[[_Scene, Fault], Diagnostic]
_EXPLAINERS: dict[str, _Explainer] = {
    ERROR_TYPE: _problem,
    "literal_error": _not_among,
    "enum": _not_among,
    "union_tag_invalid": _wrong_tag,
    "union_tag_not_found": _no_tag,
    "no_member": _wrong_type,
    LOST_LEVEL: _lost_level,
    **dict.fromkeys(
        (
            "dict_type",
            "model_type",
            "model_attributes_type",
            "list_type",
            "string_type",
            "int_type",
            "int_from_float",
            "float_type",
            "bool_type",
        ),
        _wrong_type,
    ),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _out_of_range),
    **dict.fromkeys(("too_short", "too_long", "string_too_short", "string_too_long"), _wrong_length),
}
