"""How the lab's devices are reached: keys, known hosts, and the file that says it all to netgen's sessions."""

import os
import secrets
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from netgen.lab.errors import LabError
from netgen.lab.journal import EOS, INVENTORY, SECRETS, SSH
from netgen.lab.node_files import USERNAME
from netgen.record import Record

CONNECTIONS = "connections.yaml"
_KEYGEN_S = 30.0


class Endpoint(Record):
    """Where a device's management listens."""

    name: str
    kind: str
    address: str
    port: int


def make_key(directory: Path) -> str:
    """Make the key pair that opens every node, and return its public half."""
    ssh = directory / SSH
    ssh.mkdir(mode=0o700)
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "netgen lab", "-f", str(key_file(directory))]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=_KEYGEN_S, check=False)
    if done.returncode != 0:
        raise LabError(f"no SSH key can be made: ssh-keygen says: {done.stderr.strip()}")
    return key_file(directory).with_suffix(".pub").read_text()


def make_password(directory: Path) -> str:
    """Make the password of the simulated switches, and leave it where only their owner can read it."""
    (directory / EOS).mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    write_private(directory / EOS / "password", password)
    return password


def make_secrets(directory: Path, names: Collection[str]) -> dict[str, Path]:
    """Make up a secret for each name, of the form that a SHA-512 password hash has (crypt(5)); return their files."""
    (directory / SECRETS).mkdir(mode=0o700)
    files = {name: directory / SECRETS / str(number) for number, name in enumerate(names, 1)}
    for file in files.values():
        write_private(file, f"$6${secrets.token_hex(8)}${secrets.token_hex(43)}")
    return files


def write_hosts(directory: Path, endpoints: Mapping[str, Endpoint], host_keys: Mapping[str, str]) -> None:
    """Write the nodes' host keys, and a configuration for people: ``ssh -F DIR/ssh/config NODE``."""
    known, config = [], []
    for name, host_key in host_keys.items():
        endpoint = endpoints[name]
        kind, key = host_key.split()[:2]
        known.append(f"[{endpoint.address}]:{endpoint.port} {kind} {key}\n")
        config.append(f"Host {name}\n    HostName {endpoint.address}\n    Port {endpoint.port}\n")
    config.append(
        f"Host *\n    User {USERNAME}\n    IdentityFile {key_file(directory)}\n    IdentitiesOnly yes\n"
        f"    UserKnownHostsFile {known_hosts(directory)}\n    StrictHostKeyChecking yes\n"
    )
    write_private(known_hosts(directory), "".join(known))
    write_private(directory / SSH / "config", "".join(config))


def write_connections(directory: Path, endpoints: Mapping[str, Endpoint], made_up: Mapping[str, Path]) -> None:
    """Write ``inventory/connections.yaml``: per platform what opens it, per device where it is, and the secrets."""
    ports = {endpoint.kind: endpoint.port for endpoint in endpoints.values()}
    secure_shell = {"key": str(key_file(directory)), "known_hosts": str(known_hosts(directory))}
    secure_web = {"password": {"file": str(directory / EOS / "password")}, "ca": str(directory / EOS / "ca.pem")}
    platforms = {
        _entry(kind): {"port": port, **(secure_web if kind == "eos" else secure_shell)}
        for kind, port in sorted(ports.items())
    }
    devices = {
        endpoint.name: {"platform": _entry(endpoint.kind), "address": endpoint.address}
        for endpoint in endpoints.values()
    }
    document = {
        "defaults": {"username": USERNAME},
        "platforms": platforms,
        "devices": devices,
        "secrets": {name: {"file": str(file)} for name, file in made_up.items()},
    }
    (directory / INVENTORY).mkdir(mode=0o700, exist_ok=True)
    write_private(directory / INVENTORY / CONNECTIONS, yaml.safe_dump(document, sort_keys=False))


def _entry(kind: str) -> str:
    """Name the entry of a kind unlike any platform: devices that are not in the lab must not be taken for its own."""
    return f"lab-{kind}"


def key_file(directory: Path) -> Path:
    """Return the private key that opens every node."""
    return directory / SSH / "id_ed25519"


def known_hosts(directory: Path) -> Path:
    """Return the file of the nodes' host keys."""
    return directory / SSH / "known_hosts"


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
