"""Answers a customer's question with the prompt that Langfuse serves for production."""

from langfuse import get_client, observe
from langfuse.openai import openai

langfuse = get_client()


@observe(name="support-answer")
def answer(question: str, history: list[dict]) -> str:
    prompt = langfuse.get_prompt("support-chat", type="chat")
    messages = prompt.compile(company="Example Ltd", question=question, history=history)
    completion = openai.chat.completions.create(
        model="gpt-4o-mini",
        messages=messages,
        langfuse_prompt=prompt,
    )
    return completion.choices[0].message.content


@observe(name="refund-decision")
def decide_refund(order_id: str, message: str) -> str:
    prompt = langfuse.get_prompt("support/refund policy", label="production")
    completion = openai.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": prompt.compile(order_id=order_id, message=message)}],
        langfuse_prompt=prompt,
    )
    return completion.choices[0].message.content
