"""What the stand remembers beside moto's own backends, and who is calling."""

import base64
import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leastwise_stand.calls import CallLog
from leastwise_stand.faults import Faults

SETTINGS = {
    # Whether a Lambda function error fails an `aws:invokeLambdaFunction` step; AWS does not say.
    "functionErrorFailsStep": False,
    # How often a failed asynchronous invocation by Config is tried again; Lambda's default is two.
    "asyncRetries": 2,
    # How often a report of the access advisor is IN_PROGRESS before it is ready.
    "jobPolls": 1,
}


def access_key_of(name: str) -> str:
    """The access key id under which `name` calls, so that every call can be attributed."""
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()
    # Base 32 may hold digits 2-7 only, which is within what AWS uses.
    return f"ASIA{digest[:16]}"


@dataclass
class Stand:
    """The one instance, `STAND`, is shared by all modules of the plugin."""

    endpoint: str = ""
    folder: Path = Path()
    account: str = ""
    region: str = ""
    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    usage: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    callers: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self, endpoint: str, folder: Path, account: str, region: str) -> None:
        """Fill in what is known only once the server has a port."""
        self.endpoint, self.folder, self.account, self.region = endpoint, folder.absolute(), account, region

    def introduce(self, name: str) -> str:
        """The access key id of `name`, remembered so that `caller` can name it."""
        key = access_key_of(name)
        self.callers[key] = name
        return key

    def caller(self, access_key: str) -> str:
        """Who calls with this key: a function's name, a part of the stand, or the key itself."""
        return self.callers.get(access_key, access_key)

    def reset(self) -> None:
        """Forget what tests have set; keep the address."""
        self.settings = dict(SETTINGS)
        self.usage = {}
        self.faults.replace([])
        self.calls.clear()


STAND = Stand()
