"""Puts the plugin into moto and the gateway in front of it."""

import logging

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from leastwise_stand import (
    access_advisor,
    automation,
    cloudformation,
    cloudformation_operations,
    config_rule,
    granting_policies,
    iam_gaps,
    lambda_functions,
    policy_checks,
    remediation,
    step_functions,
)
from leastwise_stand.gateway import Gateway


def build_server(port: int) -> BaseWSGIServer:
    """A server bound to `port` on the loopback interface, not yet serving."""
    parts = (
        iam_gaps,
        access_advisor,
        granting_policies,
        policy_checks,
        lambda_functions,
        config_rule,
        remediation,
        automation,
        cloudformation,
        cloudformation_operations,
        step_functions,
    )
    for part in parts:
        part.install()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, Gateway(moto), threaded=True, request_handler=MotoRequestHandler)
    step_functions.listen(server.server_port)
    return server
