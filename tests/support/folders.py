"""Where the servers of the tests keep their files: in memory where there is room, because they are thrown away."""

import atexit
import contextlib
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it get names of their own
# A whole run leaves less than two gibibytes in its databases.
_ROOM = 6 * 2**30
# Reads until the other end is closed, by whatever ended its holder; a server that follows may write a last time.
_SWEEP = 'while read -r folder; do set -- "$@" "$folder"; done; rm -rf -- "$@"; sleep 3; rm -rf -- "$@"'


def make(prefix: str) -> Path:
    """A fresh folder that the user PostgreSQL runs as can reach.

    Whoever made it deletes it; where that process is killed, the folder goes too.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    folder.chmod(0o755)
    sweeper = _sweeper()
    assert sweeper.stdin is not None
    sweeper.stdin.write(f"{folder}\n")
    sweeper.stdin.flush()
    return folder


@functools.cache
def _sweeper() -> "subprocess.Popen[str]":
    """Deletes the folders of this process when it has been killed; one that ends by itself has done so."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SWEEP], stdin=subprocess.PIPE, text=True, cwd="/", start_new_session=True
    )
    atexit.register(_end, process)
    return process


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with contextlib.suppress(OSError), process:
        pass
