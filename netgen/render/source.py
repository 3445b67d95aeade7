"""What a render starts from: a compiled intent, and the means to render its devices."""

from fnmatch import fnmatchcase

from netgen.cluster.directory import directory
from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.compile import Compiled
from netgen.record import Record
from netgen.render.device import Renderer
from netgen.render.errors import RenderError
from netgen.render.reading import is_glob
from netgen.render.text import jinja_environment


class Source(Record):
    """A derived cluster, and what renders it."""

    cluster: Cluster
    renderer: Renderer


def open_source(compiled: Compiled) -> Source:
    """Make ready to render the devices of a compiled intent.

    Raises
    ------
    RenderError
        If the intent has errors.
    """
    if compiled.cluster is None:
        raise RenderError("the intent has errors, so nothing is rendered: see `netgen validate`")
    return Source(compiled.cluster, Renderer(compiled.platforms, jinja_environment(compiled.found)))


def select(cluster: Cluster, limit: str | None, *, bare: bool = False) -> list[DeviceRef]:
    """List the devices whose name matches a glob such as ``pod1-su2-*``; all of them without one.

    Parameters
    ----------
    bare
        Whether those too that have cables and no configuration.

    Raises
    ------
    RenderError
        If it matches none.
    """
    if limit is not None and not is_glob(limit):
        one = directory(cluster).called(limit)
        refs = [] if one is None else [one]
    else:
        refs = [ref for ref in cluster.refs() if limit is None or fnmatchcase(ref.name, limit)]
    if not bare and cluster.infiniband:
        refs = [ref for ref in refs if cluster.platform_of(ref) is not None]
    if not refs:
        example = next(cluster.configured()).name
        raise RenderError(f"no device of {cluster.name} is called like {limit!r}; one of them is {example}")
    return refs
