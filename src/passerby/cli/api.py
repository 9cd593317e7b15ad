"""`passerby api`: the page and the API of several machines, on one that records nothing."""

from __future__ import annotations

import logging

from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, Data, installed
from passerby.cli.logs import log_to_stderr
from passerby.cli.serve import say_how_to_come_in
from passerby.cli.worker import ClusterFile, NodeName, check_key, cluster_config, name_of_this

log = logging.getLogger("passerby.api")


@fails_clearly
def api(
    cluster: ClusterFile,
    data: Data = DATA,
    node: NodeName = None,
    debug: Debug = False,
) -> None:
    """Serve the page and the API for the cameras of several machines.

    It records nothing itself: passerby worker does. As many machines may run it as you like, with the same file.

    The first start prints a link for creating the first user. It works once, for an hour.
    """
    log_to_stderr(debug)
    config = cluster_config(cluster)
    check_key(data, config)
    with installed(data, cluster, log.warning) as installation:
        from passerby.service.page import run_page  # here, since --help need not wait for all of it

        run_page(data, installation, node or name_of_this(config), say_how_to_come_in)
