"""Ansible's way into netgen's device session; it runs in Ansible's own process, so nothing is copied anywhere."""

import json
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from netgen.apply.device import apply_device
from netgen.apply.model import job_from_data
from netgen.session.connections import ConnectionsError
from netgen.session.secrets import SecretError
from netgen.session.session import import_drivers

# Ansible loads the plugin before it forks a worker a device: what takes seconds to import is imported once.
import_drivers()


class ActionModule(ActionBase):
    """``netgen_apply: {job: FILE}``."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Apply one device's job; the result holds the outcome as ``netgen``."""
        super().run(tmp, task_vars)
        job = job_from_data(json.loads(Path(self._task.args["job"]).read_text(encoding="utf-8")))
        try:
            outcome = apply_device(job)
        except (ConnectionsError, SecretError) as error:
            return {"failed": True, "msg": str(error)}
        return {
            "changed": outcome.result == "applied",
            "failed": not outcome.good,
            "msg": outcome.message,
            "netgen": outcome.as_data(),
        }
