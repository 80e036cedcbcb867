"""`python -m leastwise_stand --port N --state DIR`: moto's server with our plugin in front and inside."""

import argparse
import atexit
import logging
import os
import signal
import sys
import threading
from pathlib import Path

ACCOUNT_ID = "111122223333"
REGION = "us-east-1"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="leastwise_stand", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one; it is printed")
    parser.add_argument("--state", type=Path, required=True, help="folder for function code and logs")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="stop when standard input ends, so that a stand does not outlive the test that started it",
    )
    return parser.parse_args()


def main() -> None:
    """Start the server and serve until told to stop."""
    given = arguments()
    # moto reads these while it is imported.
    os.environ.setdefault("MOTO_ACCOUNT_ID", ACCOUNT_ID)
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    logs = given.state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=logs / "stand.log", level=logging.INFO, format="%(asctime)s %(name)s %(message)s")

    from leastwise_stand import lambda_functions, plugin
    from leastwise_stand.state import STAND

    server = plugin.build_server(given.port)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    STAND.start(endpoint, folder=given.state, account=ACCOUNT_ID, region=REGION)
    atexit.register(lambda_functions.close_all)

    def stop(*_: object) -> None:
        # `shutdown` waits for the serving loop, which is this very thread when a signal arrives.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if given.until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), stop()), daemon=True).start()

    print(f"leastwise-stand listening on {STAND.endpoint}", flush=True)
    server.serve_forever(poll_interval=0.1)
    lambda_functions.close_all()


if __name__ == "__main__":
    main()
