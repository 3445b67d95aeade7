"""NG2xx: what the models of the intent refuse."""

from netgen.diagnostics.codes.code import Code

MISSING_KEY = Code(
    "NG201",
    "Key is missing",
    "The intent lacks a key that it must have.",
    "fabrics:\n  compute: {leaf: {platform: eos}}   # which kind?",
)
UNKNOWN_KEY = Code(
    "NG202",
    "Unknown key",
    "A key that netgen does not know is mostly a misspelt one, so it is never ignored.",
    "clutser: aurora",
)
WRONG_TYPE = Code(
    "NG203",
    "Value is of another kind",
    "A mapping, a list, text, a number or true/false stands where another of these is due. Scalars are read as\n"
    "YAML 1.2: only `true` and `false` are truth values, `010` and `12:34` are text, `0x101` is a number.",
    "pods: 2",
)
INVALID_VALUE = Code(
    "NG204",
    "Value is not allowed",
    "The value is of the right kind, and not one of those that are allowed here; the message says which are.",
    "fabrics:\n  compute: {kind: rail-optimised-ish}",
)
OUT_OF_RANGE = Code(
    "NG205",
    "Number is out of range",
    "The number is smaller or larger than the protocol, the format or netgen allows; the message says the bounds.",
    "dscp: [64]",
)
INVALID_KEY = Code(
    "NG206",
    "Key is not allowed here",
    "The keys of this mapping are ids or names of a certain form, such as whole numbers from 1.",
    "pods: {first: {units: {}}}",
)
WRONG_LENGTH = Code(
    "NG207",
    "Too long or too short",
    "A text or list has fewer or more parts than are allowed here; the message says the bounds.",
    "dscp: []",
)
INVALID_FORM = Code(
    "NG208",
    "Value cannot be read",
    "A quantity carries its unit (`400G`, `500KB`, `30m`, `200ms`, `20%`); an address, a prefix, a range and a name\n"
    "have their forms. The message says what is due, and where a bare number stands what it could have meant.",
    "cables: {host: 5}",
)
LOST_LEVEL = Code(
    "NG209",
    "Level is missing",
    "A mapping of entries, such as `pods` or `fabrics`, holds the keys of one entry directly: the line with the\n"
    "name of the entry is missing between them.",
    "pods: {units: {1: {hosts: 1-64}}}   # of which pod?",
)
