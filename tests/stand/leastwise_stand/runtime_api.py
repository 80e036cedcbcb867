"""The Lambda Runtime API for one sandbox: hands events to a real `bootstrap` and takes its answers.

<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
"""

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

INIT_SECONDS = 10


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: the function's answer, or an error object with `failed` set."""

    payload: bytes
    failed: bool = False


def _error(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


class Sandbox:
    """A running `bootstrap` that takes one event at a time."""

    def __init__(
        self,
        command: Path,
        environment: dict[str, str],
        log: Callable[[bytes], None],
        function_arn: str,
    ) -> None:
        self._log = log
        self.function_arn = function_arn
        self.token = environment["AWS_SESSION_TOKEN"]
        self.requests: queue.Queue[tuple[str, bytes, int] | None] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Outcome]] = queue.Queue()
        self._ready = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"127.0.0.1:{self._server.server_port}"
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [str(command)],
            cwd=command.parent,
            env=environment | {"AWS_LAMBDA_RUNTIME_API": address},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
        )
        self._logged = 0
        self._logging = threading.Lock()

    def log(self) -> None:
        """Hand on what the process has printed since the last time."""
        with self._logging:
            # The process moves the file's own position: they share it.
            size = os.fstat(self._output.fileno()).st_size
            printed = os.pread(self._output.fileno(), size - self._logged, self._logged)
            self._logged += len(printed)
            if printed:
                self._log(printed)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def invoke(self, payload: bytes, timeout: float) -> Outcome:
        """Run one event to its end, the process's end, or the timeout, after which the sandbox is gone."""
        try:
            return self._invoke(payload, timeout)
        finally:
            self.log()

    def _invoke(self, payload: bytes, timeout: float) -> Outcome:
        request_id = str(uuid.uuid4())
        problem = self._wait_until_ready(request_id)
        if problem is not None:
            return problem
        deadline = time.time() + timeout
        self.requests.put((request_id, payload, int(deadline * 1000)))
        while True:
            try:
                answered, outcome = self.answers.get(timeout=0.02)
                if answered == request_id:
                    return outcome
            except queue.Empty:
                if not self.alive:
                    return self._exited(request_id)
                if time.time() > deadline:
                    self.close()
                    return _error(
                        "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
                    )

    def _wait_until_ready(self, request_id: str) -> Outcome | None:
        give_up = time.time() + INIT_SECONDS
        while not self._ready.wait(0.005):
            if not self.answers.empty():
                return self.answers.get()[1]
            if not self.alive:
                return self._exited(request_id)
            if time.time() > give_up:
                self.close()
                return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: init timed out")
        return None

    def _exited(self, request_id: str) -> Outcome:
        code = self._process.wait()
        how = f"exit status {code}" if code >= 0 else f"signal: {-code}"
        self.close()
        return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")

    def close(self) -> None:
        """Kill the process and stop listening; harmless when repeated."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        self.requests.put(None)
        self._server.shutdown()
        self._server.server_close()

    def mark_ready(self) -> None:
        """The bootstrap has asked for its first event."""
        self._ready.set()


def _handler_for(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            """Say nothing; the function's own log is what counts."""

        def do_GET(self) -> None:
            """`/runtime/invocation/next`: wait for an event, however long."""
            sandbox.mark_ready()
            request = sandbox.requests.get()
            if request is None:
                self.close_connection = True
                return
            request_id, payload, deadline_ms = request
            self._send(
                200,
                payload,
                {
                    "Content-Type": "application/json",
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                    "Lambda-Runtime-Invoked-Function-Arn": sandbox.function_arn,
                    "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
                },
            )

        def do_POST(self) -> None:
            """`…/{id}/response`, `…/{id}/error` or `/runtime/init/error`."""
            *_, request_id, kind = self.path.split("/")
            body = self._read()
            self._send(202, b'{"status":"OK"}', {"Content-Type": "application/json"})
            sandbox.answers.put((request_id, Outcome(body, failed=kind == "error")))

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _read(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

    return Handler
