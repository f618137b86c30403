from langfuse import get_client
from lib.load import load_prompt

langfuse = get_client()


def review(code):
    prompt = langfuse.get_prompt("code-review/find-bugs")
    return prompt.compile(code=code)


def missing():
    return langfuse.get_prompt("nobody-made-this"), langfuse.get_prompt("sql-writer", version=99)


def wrapped():
    return load_prompt("support-chat")
