"""A UFM that takes nothing but what the published API describes, over HTTPS on a loopback address.

Written from the NVIDIA UFM Enterprise REST API Guide, "PKey GUIDs Rest API" (v6.22.1), and from the answers of real
ones that NVIDIA's own clients hold in their tests (NVIDIA/infra-controller, crates/api, ib/ufmclient). It shares
nothing with the client but these.
"""

import base64
import json
import re
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from netgen.lab.eos.certs import authority

RATES = {2.5, 5, 10, 14, 20, 25, 30, 40, 56, 60, 80, 100, 112, 120, 168, 200, 300}
USER, PASSWORD = "netgen", "pass-Wort-1"
DEFAULTS = {"index0": False, "ip_over_ib": True, "membership": "full", "memberships": []}
MEMBERS = {"pkey", "guids", *DEFAULTS}
LIMITS = {"mtu_limit": 2, "rate_limit": 2.5, "service_level": 0}
Body = dict[str, Any]
Fault = Callable[[str, str, Body | None], object]


class RefusedError(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def need(truth: object, words: str, status: int = 400) -> None:
    if not truth:
        raise RefusedError(status, words)


class Ufm:
    """The partitions, and the requests that came: ``fault`` may break any of them, by method, path and body."""

    def __init__(self, version: str = "6.22.1-5", everybody: str = "limited") -> None:
        self.version, self.everybody = version, everybody
        self.keys: dict[int, Body] = {}
        self.ports: dict[str, str] = {}
        """Logical states by GUID."""
        self.requests: list[tuple[str, str, Body | None]] = []
        self.fault: Fault = lambda *_: None
        self.lock = threading.Lock()

    def changes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.requests if method != "GET"]

    def members(self, pkey: int) -> dict[str, str]:
        return {guid: said["membership"] for guid, said in self.keys[pkey]["guids"].items()}

    # what is asked

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Body | None) -> object:
        if (method, path) == ("GET", "/app/ufm_version"):
            return {"ufm_release_version": self.version}
        if (method, path) == ("GET", "/resources/ports"):
            need(query == {"sys_type": ["Computer"]}, "ports of hosts only")
            return [
                {"guid": guid, "name": f"{guid}_1", "systemID": guid, "lid": lid, "dname": "HCA-1/1"}
                | {"system_name": "host", "physical_state": "Link Up", "logical_state": state}
                for lid, (guid, state) in enumerate(self.ports.items(), start=1)
            ]
        steps = path.strip("/").split("/")
        need(steps[:2] == ["resources", "pkeys"], "no such resource", 404)
        match method, steps[2:]:
            case "GET", []:
                return self.all(query)
            case "POST", ["add"]:
                return self.create(body)
            case "POST", []:
                return self.add(body)
            case "PUT", []:
                return self.put(body)
            case "PUT", ["qos_conf"]:
                return self.limit(body)
            case "DELETE", [pkey]:
                need(body is None, "a DELETE has no body")
                return self.keys.pop(self.known(pkey)) and {}
            case "DELETE", [pkey, "guids", guids]:
                need(body is None, "a DELETE has no body")
                return self.remove(self.known(pkey), guids.split(","))
        raise RefusedError(405, f"{method} is not for {path}")

    def all(self, query: dict[str, list[str]]) -> Body:
        need(len(query) == 1, "UFM answers either with GUIDs or with QoS")
        management: Body = {"ip_over_ib": True, "partition": "management"}
        if query.get("guids_data") == ["true"]:
            told = {**management, "guids": [], "index0": False}
            if self.number() >= (6, 19):
                told["membership"] = self.everybody
            found = {
                f"0x{pkey:x}": {
                    "guids": [{"guid": guid, **said} for guid, said in key["guids"].items()],
                    "ip_over_ib": key["ip_over_ib"],
                    "partition": key["partition"],
                }
                for pkey, key in self.keys.items()
            }
            return {**found, "0x7fff": told}
        need(query.get("qos_conf") == ["true"], "what is asked?")
        found = {
            f"0x{pkey:x}": {name: key[name] for name in ("ip_over_ib", "partition", "qos_conf")}
            for pkey, key in self.keys.items()
        }
        return {**found, "0x7fff": {**management, "qos_conf": LIMITS}}

    # what is changed

    def create(self, body: Body | None) -> Body:
        optional = {"index0", "ip_over_ib", *LIMITS, *(["partition_name"] if self.number() >= (6, 22) else [])}
        body = self.checked(body, {"pkey"}, optional)
        pkey = self.pkey(body["pkey"])
        need(pkey not in self.keys, "the PKey is there", 409)
        self.keys[pkey] = self.fresh(pkey, body)
        self.keys[pkey]["qos_conf"] |= self.limits(body)
        return {}

    def add(self, body: Body | None) -> Body:
        body = self.checked(body, {"pkey", "guids"}, set(DEFAULTS))
        pkey = self.pkey(body["pkey"])
        key = self.keys.setdefault(pkey, self.fresh(pkey, body))
        key["ip_over_ib"] = body.get("ip_over_ib", True)
        key["guids"] |= self.given(body)
        return {}

    def put(self, body: Body | None) -> Body:
        body = self.checked(body, {"pkey", "guids"}, set(DEFAULTS))
        pkey = self.pkey(body["pkey"])
        key = self.keys.setdefault(pkey, self.fresh(pkey, body))
        key["ip_over_ib"] = body.get("ip_over_ib", True)
        key["guids"] = self.given(body)
        return {}

    def remove(self, pkey: int, guids: list[str]) -> Body:
        for guid in guids:
            need(self.keys[pkey]["guids"].pop(self.guid(guid), None), f"{guid} is no member", 404)
        return {}

    def limit(self, body: Body | None) -> Body:
        body = self.checked(body, {"pkey", *LIMITS}, set())
        pkey = self.pkey(body["pkey"])
        need(pkey in self.keys, "there is no such PKey", 404)
        self.keys[pkey]["qos_conf"] = self.limits(body)
        return {}

    # what is checked

    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("-")[0].split("."))

    def checked(self, body: Body | None, needed: set[str], optional: set[str]) -> Body:
        need(isinstance(body, dict), "the body is no object")
        assert body is not None
        need(needed <= set(body) <= needed | optional, f"keys of the body: {sorted(body)}")
        for name in ("index0", "ip_over_ib"):
            need(isinstance(body.get(name, True), bool), f"{name} is no boolean")
        return body

    def pkey(self, text: object) -> int:
        need(isinstance(text, str) and re.fullmatch(r"0x[0-9a-fA-F]{1,4}", text), f"PKey {text!r}")
        pkey = int(str(text), 16)
        need(0 < pkey < 0x7FFF, f"PKey {text!r} is not between 0x0 and 0x7fff")
        return pkey

    def known(self, text: str) -> int:
        pkey = self.pkey(text)
        need(pkey in self.keys, "there is no such PKey", 404)
        return pkey

    def guid(self, text: object) -> str:
        need(isinstance(text, str) and re.fullmatch(r"[0-9a-fA-F]{16,20}", text), f"GUID {text!r}")
        return str(text).lower()

    def given(self, body: Body) -> Body:
        guids = body["guids"]
        need(isinstance(guids, list) and guids, "guids is a list of at least one")
        need(not ("membership" in body and "memberships" in body), "membership conflicts with memberships")
        words = body.get("memberships") or [body.get("membership", "full")] * len(guids)
        need(len(words) == len(guids), "memberships are as many as guids")
        need(set(words) <= {"full", "limited"}, f"memberships {set(words)}")
        index0 = body.get("index0", False)
        return {
            self.guid(guid): {"index0": index0, "membership": word} for guid, word in zip(guids, words, strict=True)
        }

    def limits(self, body: Body) -> Body:
        found = {name: body.get(name, default) for name, default in LIMITS.items()}
        need(found["mtu_limit"] in {2, 4}, f"mtu_limit {found['mtu_limit']!r}")
        need(found["rate_limit"] in RATES, f"rate_limit {found['rate_limit']!r}")
        need(found["service_level"] in range(16), f"service_level {found['service_level']!r}")
        return found

    def fresh(self, pkey: int, body: Body) -> Body:
        name = body.get("partition_name", f"api_pkey_0x{pkey:x}")
        return {"partition": name, "ip_over_ib": body.get("ip_over_ib", True), "guids": {}, "qos_conf": dict(LIMITS)}


class Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up, as those do that try whether anybody listens."""


class Server:
    """A `Ufm` at an address, with a certificate of its own authority."""

    def __init__(self, ufm: Ufm, host: str, folder: Path) -> None:
        self.ufm, issuer = ufm, authority(folder, "ufm")
        self.ca, self.host = issuer.path, host
        self.http = Listener((host, 0), handler(ufm))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issuer.issue("ufm", host))
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def handler(ufm: Ufm) -> type[BaseHTTPRequestHandler]:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(length)
            url = urlsplit(self.path)
            path = url.path.removeprefix("/ufmRest")
            try:
                need(self.headers["Authorization"] == f"Basic {login}", "who is that?", 401)
                need(url.path.startswith("/ufmRest/"), "no such page", 404)
                need(not raw or self.headers["Content-Type"] == "application/json", "a body is JSON", 415)
                body = json.loads(raw) if raw else None
                with ufm.lock:
                    ufm.requests.append((self.command, path, body))
                    said = ufm.fault(self.command, path, body)
                    if said is None:
                        said = ufm.answer(self.command, path, parse_qs(url.query, strict_parsing=bool(url.query)), body)
                self.say(200, json.dumps(said))
            except RefusedError as error:
                self.say(error.status, json.dumps({"error": str(error)}))
            except ConnectionAbortedError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - as http.server calls them

        def say(self, status: int, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
