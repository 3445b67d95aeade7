"""NG1xx: files, text, YAML and CSV syntax."""

from netgen.diagnostics.codes.code import Code

NO_INTENT = Code(
    "NG101",
    "No intent here",
    "The path does not exist, or the folder holds no `*.yaml` or `*.yml` file. Files in sub-folders and\n"
    "hidden files are not read.",
    "netgen validate intent/aurroa",
)
UNREADABLE = Code(
    "NG102",
    "File cannot be read",
    "The operating system refuses to open the file, or it is not a regular file.",
    "chmod 000 intent/aurora/cluster.yaml",
)
OUTSIDE = Code(
    "NG103",
    "File lies outside the intent folder",
    "What an intent says must lie in its folder, so that the folder alone can be reviewed, copied and\n"
    "digested. Absolute paths, `..` and symbolic links that leave the folder are refused.",
    "inventory: ../devices.csv",
)
TOO_LARGE = Code(
    "NG104",
    "Input is too large",
    "A file may hold 4 MiB, the files of an intent 16 MiB together. An intent is written by people;\n"
    "say by ranges (`hosts: 1-64`) what repeats.",
    "an intent folder with a 100 MB file",
)
ENCODING = Code(
    "NG105",
    "Not UTF-8",
    "Intent files are UTF-8 without a byte order mark.",
    "a file saved as UTF-16 or Latin-1",
)
CHARACTER = Code(
    "NG106",
    "Character is not allowed",
    "Control characters, invisible characters and those that change the direction of text can make a file\n"
    "look other than it is. Line ends are LF or CRLF.",
    'cluster: "aurora\\u202e"',
)
TAB = Code(
    "NG107",
    "Tab in the indentation",
    "YAML indents with spaces only.",
    "pods:\n\t1: {}",
)
SYNTAX = Code(
    "NG108",
    "Not well-formed YAML",
    "The text cannot be read as YAML. Usual causes: a missing `:` or the space after it, indentation that\n"
    "differs between neighbours, a quote or bracket that is never closed.",
    "pods: {1: {units: {1: {hosts: 1-64}}}",
)
TOO_DEEP = Code(
    "NG109",
    "Nested too deeply",
    "Mappings and lists may be nested 64 levels deep; an intent needs about ten.",
    "pods: [[[[ … 500 of them",
)
MULTIPLE_DOCUMENTS = Code(
    "NG110",
    "More than one document in a file",
    "A file holds one YAML document. Put the second one in a file of its own: the files of a folder are merged.",
    "cluster: aurora\n---\npods: {}",
)
NOT_A_MAPPING = Code(
    "NG111",
    "Top level is not a mapping",
    "Each file of an intent is a mapping, `key: value`, so that files can be merged by key.",
    "- cluster: aurora",
)
TAG = Code(
    "NG112",
    "Tags are not allowed",
    "A YAML tag (`!name`, `!!str`) asks the reader for a type. The models know the types already; quote a\n"
    "value that must be text.",
    "cluster: !!str aurora",
)
MERGE_KEY = Code(
    "NG113",
    "Merge keys are not allowed",
    "`<<` is not part of YAML 1.2, and it hides which of two values counts. Repeat the keys, or use an alias\n"
    "for the whole value.",
    "leaf: &leaf {platform: eos}\nspine: {<<: *leaf}",
)
KEY_KIND = Code(
    "NG114",
    "Key is neither text nor a whole number",
    "A key is a name or a whole number. Quote it if it is meant to be the name `true` or `1.5`; after `{` or `[`\n"
    "a key cannot follow, and an alias cannot be one.",
    "true: yes",
)
DUPLICATE_KEY = Code(
    "NG115",
    "Key is given twice",
    'Most YAML readers silently keep the last one. `1` and `"1"` are the same key.',
    "pods: {1: {}}\npods: {2: {}}",
)
SAID_TWICE = Code(
    "NG116",
    "Value is said in two files",
    "The files of an intent folder are merged by key. Mappings join; any other value must be said once,\n"
    "even if both files agree.",
    "# a.yaml\ncluster: aurora\n# b.yaml\ncluster: borealis",
)
UNKNOWN_ALIAS = Code(
    "NG117",
    "Alias without an anchor",
    "`*name` repeats the value that `&name` marked earlier in the same file.",
    "leaf: *switch",
)
ALIAS_CYCLE = Code(
    "NG118",
    "Alias refers to itself",
    "A value cannot contain itself.",
    "pods: &a [*a]",
)
ALIAS_EXPANSION = Code(
    "NG119",
    "Aliases expand too far",
    "Aliases of aliases grow exponentially. What the aliases of an intent repeat may not exceed 100,000 values.",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n# … and so on",
)
DIRECTIVE = Code(
    "NG120",
    "YAML directives are not allowed",
    "Files are read as YAML 1.2 whatever a `%YAML` directive says; `%TAG` declares tags, which are not allowed.",
    "%YAML 1.1\n---\ncluster: aurora",
)

TABLE_SYNTAX = Code(
    "NG130",
    "Not well-formed CSV",
    "A table is comma-separated; the first line names the columns. A cell with a comma or a quote in it is quoted,\n"
    'and a quote inside it doubled (`""`). Each row is one line.',
    'name,serial\nleaf1,"SN1',
)
UNKNOWN_COLUMN = Code(
    "NG131",
    "Unknown column",
    "A column that nobody reads is mostly a misspelt one.",
    "name,seriel\nleaf1,SN1",
)
MISSING_COLUMN = Code(
    "NG132",
    "Column is missing",
    "The table lacks a column that it must have.",
    "serial\nSN1",
)
DUPLICATE_COLUMN = Code(
    "NG133",
    "Column is given twice",
    "Each column has one name.",
    "name,serial,serial",
)
ROW_LENGTH = Code(
    "NG134",
    "Row has too many or too few cells",
    "Each row has as many cells as the header. An empty cell is a cell: `leaf1,,rack4`.",
    "name,serial\nleaf1",
)
DUPLICATE_ROW = Code(
    "NG135",
    "Two rows have the same name",
    "The first column of identity, `name` in a device inventory, is unique.",
    "name,serial\nleaf1,SN1\nleaf1,SN2",
)
UNNAMED_ROW = Code(
    "NG136",
    "Row without a name",
    "Each row says what it is about.",
    "name,serial\n,SN1",
)
