"""Where the servers of the tests keep their files: in memory where there is room, because they are thrown away."""

import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it get names of their own
# A whole run leaves less than two gibibytes in its databases.
_ROOM = 6 * 2**30


def make(prefix: str) -> Path:
    """A fresh folder that the user PostgreSQL runs as can reach; whoever made it deletes it."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    folder.chmod(0o755)
    return folder
