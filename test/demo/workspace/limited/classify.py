"""Classifies tickets from as many processes as you like, within the limits of .langfuse/rate-limits.json.

Run it in the editor's terminal: PYTHONPATH=FOLDER_OF_langfuse_rate_limit python3 limited/classify.py
"""

import random
import time

from langfuse_rate_limit import RateLimited, RateLimiter

limiter = RateLimiter()


def ask(ticket: str) -> int:
    """Stands for the call of a provider; returns the tokens it used."""
    time.sleep(0.2)
    return random.randint(300, 900)


for number in range(20):
    try:
        with limiter.acquire("openai", "gpt-4o-mini", tokens=900, wait=60) as call:
            call.report(tokens=ask("ticket {}".format(number)))
            print("ticket {}: {}".format(number, call.remaining))
    except RateLimited as limited:
        print("ticket {}: {}".format(number, limited))
