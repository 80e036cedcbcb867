"""Reads the same trail with Leastwise and with trailscraper, in turn, and compares time, memory and what was found.

    cargo build --release -p leastwise-trails --example read_trail
    pip install trailscraper==0.10.0
    python3 make_trail.py FOLDER --megabytes 6
    python3 compare.py FOLDER target/release/examples/read_trail
"""

import json, os, resource, subprocess, sys, time

folder, program = sys.argv[1:]


def measured(command, given=None):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(["/usr/bin/env", "python3", "-c", (
        "import resource,subprocess,sys;r=subprocess.run(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,file=sys.stderr);sys.exit(r.returncode)")] + command,
        input=given, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, {"seconds": round(time.monotonic() - start, 2), "processor": round(processor, 2),
                         "peak_mb": round(int(done.stderr.split()[-1]) / 1024, 1)}


ours, figures = measured([program, "111122223333", folder, "--actions"])
selected, select = measured(["trailscraper", "select", "--log-dir", folder, "--from", "2026-01-01", "--to", "2026-12-31"])
policy, generate = measured(["trailscraper", "generate"], selected)
size = sum(os.path.getsize(os.path.join(root, file)) for root, _, files in os.walk(folder) for file in files)
mine = {line.decode() for line in ours.splitlines() if not line.startswith(b"{")}
theirs = {action for statement in json.loads(policy)["Statement"] for action in statement["Action"]}
print(json.dumps({"gzip_bytes": size, "leastwise": figures, "trailscraper select": select, "trailscraper generate": generate,
                  "both": len(mine & theirs), "only leastwise": sorted(mine - theirs), "only trailscraper": sorted(theirs - mine)}, indent=1))
