"""How devices are reached: what people own in ``inventories/<cluster>/connections.yaml``.

Three layers say the same words, the later ones over the earlier: ``defaults``, then the platform's, then the
device's own. Secrets stand nowhere in it, only where they are: ``{env: NAME}`` or ``{file: PATH}``::

    defaults: {username: netgen}
    platforms:
      eos: {port: 443, password: {env: NETGEN_EOS_PASSWORD}, ca: ca.pem}
      frr: {key: id_ed25519, known_hosts: known_hosts}
    devices:
      pod1-su1-rail1-leaf1: {address: 192.0.2.7, port: 8443}
    secrets:
      users/netgen: {file: netgen.hash}
    plan_key: {env: NETGEN_PLAN_KEY}

Paths are relative to the file. Certificates and host keys are verified unless ``verify: false`` is said.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import field

from netgen.intent.reader import read
from netgen.platforms.document import PlatformError, Section, read_document
from netgen.record import Record, replace
from netgen.resources.load import user_root
from netgen.session.errors import ConnectionsError

FILE = "connections.yaml"
MAX_PORT = 65_535

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")
_USERNAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"[a-z0-9][a-z0-9/_-]*")


class SecretSource(Record):
    """Where a secret is: in a variable of the environment, or in a file."""

    env: str | None = None
    file: Path | None = None

    def __str__(self) -> str:
        return f"the variable {self.env}" if self.env is not None else str(self.file)


class Options(Record):
    """What one layer says; ``None``: nothing."""

    address: str | None = None
    port: int | None = None
    username: str | None = None
    password: SecretSource | None = None
    key: Path | None = None
    known_hosts: Path | None = None
    ca: Path | None = None
    verify: bool | None = None
    sudo: bool | None = None

    def over(self, lower: "Options") -> "Options":
        """Join two layers; what this one says wins."""
        said = {name: own for name in self.__struct_fields__ if (own := getattr(self, name)) is not None}
        return replace(lower, **said)


class Connection(Record):
    """How one device is reached.

    Parameters
    ----------
    address, port
        Of its management; a port of ``None`` is the protocol's own.
    username
        Who logs in.
    password
        Where the password is; ``None``: by key alone.
    key, known_hosts
        SSH: the private key, and the file of trusted host keys (``None``: the user's own).
    ca
        TLS: the authority to trust; ``None``: the system's.
    verify
        Whether host keys and certificates are verified.
    sudo
        Whether commands need sudo.
    """

    address: str
    port: int | None
    username: str
    password: SecretSource | None = None
    key: Path | None = None
    known_hosts: Path | None = None
    ca: Path | None = None
    verify: bool = True
    sudo: bool = False

    def warnings(self) -> tuple[str, ...]:
        """Return what every report has to repeat about this connection."""
        if self.verify:
            return ()
        return ("NOT VERIFIED: connections.yaml says `verify: false`, so any device may have answered in its place",)


class Connections(Record):
    """A whole connections.yaml."""

    file: Path
    defaults: Options
    platforms: Mapping[str, Options]
    devices: Mapping[str, Options]
    classes: Mapping[str, str]
    """Which entry of ``platforms`` a device uses, where that is not its platform's own."""
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    plan_key: SecretSource | None = None

    def to(self, device: str, platform: str, address: str) -> Connection:
        """Return how a device is reached.

        Parameters
        ----------
        device, platform
            Its name and its platform's.
        address
            Its management address by the intent; used where the file gives no other.

        Raises
        ------
        ConnectionsError
            If nothing says who logs in, or the entry of ``platforms`` that the device names is not there.
        """
        entry = self.classes.get(device, platform)
        if device in self.classes and entry not in self.platforms:
            raise ConnectionsError(f"{self.file}: device {device} is of the platform {entry!r}, which has no entry")
        said = self.platforms.get(entry, Options()).over(self.defaults)
        said = self.devices.get(device, Options()).over(said)
        if said.username is None:
            raise ConnectionsError(f"{self.file}: nothing says who logs in to {device}: give `defaults` a username")
        return Connection(
            address=said.address or address,
            port=said.port,
            username=said.username,
            password=said.password,
            key=said.key,
            known_hosts=said.known_hosts,
            ca=said.ca,
            verify=said.verify is not False,
            sudo=said.sudo is True,
        )

    def mention(self, device: str, platform: str) -> bool:
        """Whether anything is said of a device or its platform: of others netgen keeps its hands."""
        return device in self.devices or platform in self.platforms

    def strangers(self, devices: Collection[str]) -> list[str]:
        """List the devices that the file names and the cluster does not have; sorted."""
        return sorted(self.devices.keys() - set(devices))


def find_connections(intent: Path, cluster: str, given: Path | None = None) -> Path:
    """Return where the connections of a cluster are.

    Parameters
    ----------
    intent
        The intent folder; in a repository of the usual shape ``inventories/<cluster>/`` is beside ``intent/``.
    cluster
        The cluster's name.
    given
        A folder or a file that the user names instead, such as a lab's ``inventory`` folder.

    Raises
    ------
    ConnectionsError
        If there is no such file; the message says where it was looked for.
    """
    if given is not None:
        path = given / FILE if given.is_dir() else given
    else:
        root = user_root(intent) or intent.resolve().parent
        path = root / "inventories" / cluster / FILE
    if not path.is_file():
        raise ConnectionsError(
            f"{path}: there is no such file: it says how the devices of {cluster} are reached; "
            "write it, or name the folder of another one"
        )
    return path


def read_connections(path: Path) -> Connections:
    """Read a connections.yaml.

    Raises
    ------
    ConnectionsError
        If it is not what it must be: with line and column, and never with a value, which could be a secret that
        somebody wrote where its place belongs.
    """
    # The intent's reader bounds size and depth and refuses what YAML would read in two ways.
    _, diagnostics = read(path)
    for found in diagnostics:
        where = path if found.label is None else found.label.span
        raise ConnectionsError(f"{where}: this cannot be read ({found.code}); see {found.documentation}")
    try:
        return _parse(path, read_document(path, path.read_text(encoding="utf-8")))
    except PlatformError as error:
        raise ConnectionsError(str(error)) from None
    except OSError as error:
        raise ConnectionsError(f"{path}: cannot be read: {error.strerror}") from None


def _parse(path: Path, top: Section) -> Connections:
    folder = path.resolve().parent
    defaults = top.optional_section("defaults")
    platforms, devices = top.optional_section("platforms"), top.optional_section("devices")
    secrets = top.optional_section("secrets")
    classes: dict[str, str] = {}
    connections = Connections(
        file=path,
        defaults=Options() if defaults is None else _options(defaults, folder),
        platforms={} if platforms is None else _each(platforms, folder),
        devices={} if devices is None else _each(devices, folder, classes),
        classes=classes,
        secrets={} if secrets is None else _secrets(secrets, folder),
        plan_key=_source(top, "plan_key", folder),
    )
    top.finish()
    return connections


def _each(section: Section, folder: Path, classes: dict[str, str] | None = None) -> dict[str, Options]:
    found = {}
    for name in section.names():
        entry = section.section(name)
        if classes is not None and (of := entry.optional_text("platform")) is not None:
            classes[name] = of
        found[name] = _options(entry, folder, of_device=classes is not None)
    return found


def _options(section: Section, folder: Path, *, of_device: bool = False) -> Options:
    options = Options(
        address=_matching(section, "address", _ADDRESS, "an address or a host name") if of_device else None,
        port=_port(section),
        username=_matching(section, "username", _USERNAME, "the name of an account"),
        password=_source(section, "password", folder),
        key=_path(section, "key", folder),
        known_hosts=_path(section, "known_hosts", folder),
        ca=_path(section, "ca", folder),
        verify=_truth(section, "verify"),
        sudo=_truth(section, "sudo"),
    )
    section.finish()
    return options


def _secrets(section: Section, folder: Path) -> dict[str, SecretSource]:
    found = {}
    for name in section.names():
        if not _SECRET.fullmatch(name):
            raise section.error("a secret is named by lower-case letters, digits, '-', '_' and '/'")
        source = _source(section, name, folder)
        if source is not None:
            found[name] = source
    return found


def _source(section: Section, key: str, folder: Path) -> SecretSource | None:
    if not section.has(key):
        return None
    try:
        said = section.section(key)
    except PlatformError as error:
        place, _, _ = str(error).rpartition(": ")
        raise PlatformError(
            f"{place}: {key!r} says where the secret is, {{env: NAME}} or {{file: PATH}}; it never stands here itself"
        ) from None
    source = SecretSource(_matching(said, "env", _VARIABLE, "the name of a variable"), _path(said, "file", folder))
    said.finish()
    if (source.env is None) == (source.file is None):
        raise said.error(f"{key!r} is either {{env: NAME}} or {{file: PATH}}")
    return source


def _matching(section: Section, key: str, pattern: re.Pattern[str], what: str) -> str | None:
    text = section.optional_text(key)
    if text is not None and not pattern.fullmatch(text):
        raise section.error(f"{key!r} must be {what}")
    return text


def _path(section: Section, key: str, folder: Path) -> Path | None:
    text = section.optional_text(key)
    return None if text is None else folder / Path(text).expanduser()


def _port(section: Section) -> int | None:
    if not section.has("port"):
        return None
    port = section.integer("port")
    if not 1 <= port <= MAX_PORT:
        raise section.error(f"'port' must be from 1 to {MAX_PORT}")
    return port


def _truth(section: Section, key: str) -> bool | None:
    if not section.has(key):
        return None
    value = section.scalar(key)
    if not isinstance(value, bool):
        raise section.error(f"{key!r} must be true or false")
    return value
