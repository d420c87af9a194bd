"""Generate stubs, types and the descriptor set from the protos: `make protos`.

Writes `protos/gen`, which is committed and never edited or merged by hand. With `--check` it generates into
a temporary folder and says which committed file is stale.
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2

HERE = Path(__file__).resolve().parent
PURELIB = sysconfig.get_paths()["purelib"]
SCRIPTS = Path(sysconfig.get_paths()["scripts"])


def generate(target: Path) -> None:
    """Run protoc once over every proto below `protos/shuyuan`, in a fixed order, into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(str(path.relative_to(HERE)) for path in (HERE / "shuyuan").rglob("*.proto"))
    subprocess.run(  # noqa: S603 - our own arguments
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            "-I.",
            f"-I{PURELIB}",
            f"--python_out={target}",
            f"--grpc_python_out={target}",
            f"--plugin=protoc-gen-mypy={SCRIPTS / 'protoc-gen-mypy'}",
            f"--mypy_out={target}",
            f"--plugin=protoc-gen-mypy_grpc={SCRIPTS / 'protoc-gen-mypy_grpc'}",
            f"--mypy_grpc_out={target}",
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={target / 'shuyuan.binpb'}",
            *sources,
        ],
        cwd=HERE,
        check=True,
        stderr=subprocess.PIPE,
    )
    _drop_foreign_comments(target / "shuyuan.binpb")


def _drop_foreign_comments(path: Path) -> None:
    # Nine tenths of the set would be comments of google/*, which nobody reads here.
    files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    for file in files.file:
        if not file.name.startswith("shuyuan/"):
            file.ClearField("source_code_info")
    path.write_bytes(files.SerializeToString(deterministic=True))


def _relative(folder: Path) -> set[Path]:
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }


def stale(committed: Path, fresh: Path) -> list[str]:
    """Names of generated files that are missing, extra or different."""
    names = _relative(committed) | _relative(fresh)
    return sorted(
        str(name)
        for name in names
        if not (committed / name).exists()
        or not (fresh / name).exists()
        or not filecmp.cmp(committed / name, fresh / name, shallow=False)
    )


def main() -> int:
    """Generate, or check what is committed; answers the process's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which generated files are stale")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if arguments.check:
            names = stale(HERE / "gen", fresh)
            if names:
                print("protos/gen is stale, run `make protos`: " + ", ".join(names[:8]), file=sys.stderr)  # noqa: T201 - a command's answer
            return 1 if names else 0
        _bring_up_to_date(HERE / "gen", fresh)
    return 0


def _bring_up_to_date(committed: Path, fresh: Path) -> None:
    # Only what differs is touched, so that a service that is starting meanwhile finds its modules.
    for name in stale(committed, fresh):
        if (fresh / name).exists():
            (committed / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / name, committed / name)
        else:
            (committed / name).unlink()


if __name__ == "__main__":
    sys.exit(main())
