"""Classifies tickets from as many processes as you like, within the limits of .langfuse/rate-limits.json.

Run it in a terminal of the editor: python3 limited/classify.py
"""

import os
import random
import sys
import time

# Set in the terminals of VS Code. Elsewhere: copy langfuse_rate_limit.py beside this file.
sys.path.append(os.environ.get("LANGFUSE_METRICS_PYTHON_CLIENT", ""))
from langfuse_rate_limit import RateLimited, RateLimiter

limiter = RateLimiter()


def ask(ticket: str) -> int:
    """Stands for the call of a provider; returns the tokens it used."""
    time.sleep(0.1)
    return random.randint(300, 900)


for number in range(20):
    try:
        with limiter.acquire("openai", "gpt-4o-mini", tokens=900, wait=60) as call:
            call.report(tokens=ask("ticket {}".format(number)))
            print("ticket {}: {}".format(number, call.remaining))
    except RateLimited as limited:
        print("ticket {}: {}".format(number, limited))
