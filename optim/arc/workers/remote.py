"""What a Dask worker executes: it gets this function by value and Quickwin's code as an archive, and needs neither.

Standard library only, and complete in itself. The code is unpacked once into the worker's own folder and runs in a
process of its own, so that no module of the worker's is touched.
"""

from __future__ import annotations


def work(archive: bytes, digest: str, order: str) -> str:
    """Runs one order in the unpacked code; gives its answer as JSON, ``{"problem": ...}`` where there is none."""
    import contextlib
    import io
    import json
    import os
    import socket
    import subprocess
    import sys
    import tempfile
    import zipfile

    from distributed import get_worker

    folder = os.path.join(get_worker().local_directory, f"quickwin-{digest}")
    if not os.path.isdir(folder):
        draft = tempfile.mkdtemp(dir=os.path.dirname(folder))
        zipfile.ZipFile(io.BytesIO(archive)).extractall(draft)
        with contextlib.suppress(OSError):  # another thread of this worker was quicker
            os.rename(draft, folder)
    boot = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_module(sys.argv[2], None, '__main__', True)"
    command = [sys.executable, "-P", "-c", boot, folder, "optim.arc.workers.job"]
    done = subprocess.run(command, input=order, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    last = ([line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"])[-1]
    where = f"{socket.gethostname()}, Python {sys.version.split()[0]}"
    return json.dumps({"problem": f"a Dask worker ({where}) can not run the tasks: {last}"})
