"""One file a way: `build(n, seed)` makes a world, `live(world)` lives its years, `outputs(world)` says what came of it.

Nothing here takes time: `worker` does, around `live` alone. Each file is written as the documentation of its library
would write it, and reads tables and the first population from `workload`.
"""
