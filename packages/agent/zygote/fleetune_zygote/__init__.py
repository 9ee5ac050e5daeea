"""The Python side of the zygote runtime; the agent's side is in src/execution/runtimes/zygote."""
