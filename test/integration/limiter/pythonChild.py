"""Runs operations that come as JSON lines on stdin, at the time that each one states."""

import json
import sys

sys.path.insert(0, sys.argv[1])
import langfuse_rate_limit as client  # noqa: E402

clock = {"now": None}
client.warnings.simplefilter("ignore")


def at(reading):
    """The stated time where there is one, for the wall clock and the monotonic one alike."""
    return lambda: reading() if clock["now"] is None else clock["now"]


client._wall = at(client._wall)
client._monotonic = at(client._monotonic)
client._slept = lambda: 0
client._boot = lambda: ""
limiter = client.RateLimiter(sys.argv[2])
items = {}


def run(op, given):
    if op == "acquire":
        return {"granted": True, "reservation": limiter.acquire(**given).id}
    if op == "next":
        item = limiter.next(**given)
        items.update({} if item is None else {item.id: item})
        return None if item is None else item._asdict()
    if op in ("complete", "fail"):
        return getattr(limiter, op)(items[given.pop("id")], **given)
    if op == "rules":
        return client._parse_limits(given["text"])
    if op == "midnight":
        return client._next_midnight(given["wall"], "America/Los_Angeles")
    return getattr(limiter, op)(**given)


for line in sys.stdin:
    request = json.loads(line)
    clock["now"] = request.get("now")
    try:
        answer = run(request["op"], request["given"])
    except client.RateLimited as error:
        answer = {"granted": False, "limitedBy": error.limited_by}
    except client.RateLimitError as error:
        answer = {"error": error.code}
    if "log" in request and answer.get("granted"):
        with open(request["log"], "a") as log:
            log.write("{} {} python\n".format(request["now"], request["given"]["tokens"]))
    print(json.dumps(answer), flush=True)
