from langfuse import get_client


def load_prompt(name, label="tenant-7"):
    return get_client().get_prompt(name, label=label)
