"""Compiles the kitchen proto, which is no part of the contract, and hands out its message classes."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from shuyuan.annotations.v1 import annotations_pb2

HERE = Path(__file__).resolve().parent
PROTOS = HERE.parents[2] / "protos"

assert annotations_pb2.DESCRIPTOR is not None  # in the pool before the file that imports it


@pytest.fixture(scope="session")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], type[Message]]:
    """Answer the class of a message of the kitchen proto by its name."""
    target = tmp_path_factory.mktemp("kitchen") / "kitchen.binpb"
    includes = [f"-I{HERE}", f"-I{PROTOS}", f"-I{sysconfig.get_paths()['purelib']}"]
    command = [sys.executable, "-m", "grpc_tools.protoc", *includes]
    subprocess.run([*command, f"--descriptor_set_out={target}", "kitchen.proto"], check=True)
    pool = descriptor_pool.Default()
    for file in descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())

    def message_class(name: str) -> type[Message]:
        return GetMessageClass(pool.FindMessageTypeByName(f"shuyuan.kitchen.v1.{name}"))

    return message_class
