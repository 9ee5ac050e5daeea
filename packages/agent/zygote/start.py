"""Starts a zygote: an interpreter that imports what training jobs import, and forks one process for each job.

Run by the agent with a Unix socket as file descriptor 3. Standard library only.
"""

import sys

sys.dont_write_bytecode, _write_nothing = True, sys.dont_write_bytecode
from fleetune_zygote import program, server  # noqa: E402

sys.dont_write_bytecode = _write_nothing
# The folder of this file: training programs never see it.
del sys.path[0]

# Comes back once in each forked process; the zygote itself ends inside.
program.run(server.serve(control=3))
