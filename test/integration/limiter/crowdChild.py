"""The same as crowdChild.ts, with the client in Python: crowdChild.py CLIENT-FOLDER TASK."""

import json
import random
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
import langfuse_rate_limit as client  # noqa: E402

task = json.loads(sys.argv[2])
reading = {"last": 0, "set_by": 0}


def monotonic():
    passed = time.monotonic_ns() - int(task["beganNs"])
    reading["last"] = task["began"] + passed * task["speed"] // 1_000_000
    return reading["last"]


client._monotonic = monotonic
client._wall = lambda: monotonic() + reading["set_by"]
client._slept = lambda: 0
client._boot = lambda: ""
limiter = client.RateLimiter(task["database"])
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()


def log(*words):
    with open(task["log"], "a") as opened:
        opened.write(" ".join(map(str, words)) + "\n")


def storm():
    attempts = 0
    while not ended.is_set():
        attempts += 1
        if random.randrange(500) == 0:
            reading["set_by"] = random.randrange(500_000_000) - 250_000_000
        model = random.choice(("by-requests", "by-tokens"))
        tokens = 1 + random.randrange(12)
        try:
            call = limiter.acquire("acme", model, tokens=tokens)
            log("granted", reading["last"], model, tokens, call.id)
            if model == "by-tokens" and random.randrange(3) == 0:
                used = random.randrange(tokens)
                log("settling", monotonic(), used, call.id)
                call.report(tokens=used)
        except client.RateLimited:
            pass
        if attempts % 100 == 0:
            log("attempts", 100)


def line():
    while not ended.is_set():
        limiter.acquire("acme", "paced", wait=60)
        log("granted")


def work():
    while not ended.is_set():
        try:
            limiter.acquire("acme", "calls", tokens=task["estimate"]).report(tokens=task["used"])
        except client.RateLimited:
            pass
        item = limiter.next(lease=task["leaseSeconds"])
        if item is not None:
            log("started", item.id, item.lease)
            try:
                limiter.complete(item, tokens=task["used"])
            except client.RateLimitError as error:
                # Too slow: another worker has it.
                if error.code != "limits.leaseLost":
                    raise


log("ready")
{"storm": storm, "line": line, "work": work}[task["job"]]()
