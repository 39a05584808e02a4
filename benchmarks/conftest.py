"""Benchmarks in this process compute as the command line does."""

from scotopic.memory import keep_freed_memory

keep_freed_memory()
