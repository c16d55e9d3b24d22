"""A Spark cluster on this machine: a master and two workers on loopback. Nothing is collected without the
extras, nor in a run of all tests: `make test-engines` names this folder.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

INSTALLED = importlib.util.find_spec("chdb") is not None and importlib.util.find_spec("pyspark") is not None
WANTED = os.environ.get("JISHI_TEST_ENGINES") == "1"
collect_ignore_glob = [] if INSTALLED and WANTED else ["test_*.py"]
START_S = 90.0


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise AssertionError(f"nothing listens on {port}")


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of two workers; its processes end with the tests."""
    import pyspark

    home = Path(pyspark.__file__).parent
    folder = tmp_path_factory.mktemp("spark")
    port = _free_port()
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
    }
    begin = [str(home / "bin" / "spark-class")]
    place = ["--host", "127.0.0.1", "--webui-port", "0"]
    master = [*begin, "org.apache.spark.deploy.master.Master", *place, "--port", str(port)]
    url = f"spark://127.0.0.1:{port}"
    worker = [*begin, "org.apache.spark.deploy.worker.Worker", *place, "--cores", "1", "--memory", "1g"]
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str]) -> None:
        running.append(
            subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    start(master)
    try:
        _wait_for(port)
        for number in (1, 2):
            start([*worker, "--work-dir", str(folder / f"worker-{number}"), url])
        yield url
    finally:
        for process in reversed(running):
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            process.wait(20)
