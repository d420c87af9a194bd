"""Becomes another program that ends with the process that started it, under another user where one is given.

Run as a script by `child`, never imported: whoever forks in order to set this up in the child may crash there, where
a library's threads did not survive the fork.

    python -I -S tie.py PARENT SIGNAL UID:GID|- PROGRAM ARGUMENT …
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: str, signal: str, account: str, *command: str) -> None:
    """Tie this process to its parent and run the command in its place; nothing here returns."""
    if account != "-":
        uid, gid = map(int, account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # A change of user undoes it, so that it comes after.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal))
    # The parent may have died before the line above.
    if os.getppid() != int(parent):
        os._exit(1)
    try:
        os.execv(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(*sys.argv[1:])
