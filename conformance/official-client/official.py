"""Does the steps of one scenario with the official Python client, in a session that exists.

usage: official.py socket|polling|v2-polling SESSION_ID < steps.json       (BACKEND_* in the environment)
Writes a JSON line for each step: what the run brought, or {"error"}, and "seconds".

The loops that read the results are those of the `backend.ai run` command, as they are: `exec_loop` over the execute
socket, and `exec_loop_sync`, the same by polling. They print, so what they print is taken apart here.
"""
import ast
import asyncio
import io
import json
import re
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from ai.backend.client import __version__
from ai.backend.client.cli.session.execute import exec_loop, exec_loop_sync
from ai.backend.client.config import get_config
from ai.backend.client.session import AsyncSession, Session
from ai.backend.client.v2 import BackendAIClientRegistry, ClientConfig, HMACAuth
from ai.backend.common.dto.manager.session.request import ExecuteRequest


async def open_session():
    return await AsyncSession().__aenter__()


@contextmanager
def socket(session_id):
    """`ComputeSession.stream_execute`: what `backend.ai run` uses."""
    with asyncio.Runner() as runner:
        api = runner.run(open_session())
        session = api.ComputeSession.from_session_id(session_id)

        # Called within the loop: the client looks there for the session that it belongs to.
        async def upload(files, basedir):
            await session.upload(files, basedir=basedir)

        yield (
            lambda out, err, *run, **options: runner.run(exec_loop(out, err, session, *run, **options)),
            lambda files, basedir: runner.run(upload(files, basedir)),
        )
        runner.run(api.close())


@contextmanager
def polling(session_id):
    """`ComputeSession.execute`: what the documentation of the client shows."""
    with Session() as api:
        session = api.ComputeSession.from_session_id(session_id)
        yield (
            lambda out, err, *run, **options: exec_loop_sync(out, err, session, *run, **options),
            lambda files, basedir: session.upload(files, basedir=basedir),
        )


@contextmanager
def v2_polling(session_id):
    """`SessionClient.execute` of the newer `ai.backend.client.v2`, which has no loop of its own."""
    config = get_config()
    auth = HMACAuth(config.access_key, config.secret_key)
    with asyncio.Runner() as runner:
        api = runner.run(BackendAIClientRegistry.create(ClientConfig.from_v1_config(config), auth))

        class V2Session:
            def execute(self, run_id, code, mode, opts):
                request = ExecuteRequest(mode=mode, run_id=run_id, code=code, options=opts or None)
                return runner.run(api.session.execute(session_id, request)).root["result"]

        yield (
            lambda out, err, *run, **options: exec_loop_sync(out, err, V2Session(), *run, **options),
            lambda files, basedir: runner.run(api.session.upload_files(session_id, files, basedir=basedir)),
        )
        runner.run(api.close())


def run_step(run, step):
    out, err, told = io.StringIO(), io.StringIO(), []
    sys.stdin = io.StringIO("".join(line + "\n" for line in step.get("input", [])))
    source = step["run"]
    mode, code, opts = ("query", source, None) if isinstance(source, str) else ("batch", "", dict(source))
    run(out, err, mode, code, opts=opts, vprint_done=told.append)
    records = re.compile(r"----- output record \(type: (\w+)\) -----\n(.*?)\n----- end of record -----\n", re.DOTALL)
    media = [ast.literal_eval(data) for kind, data in records.findall(out.getvalue()) if kind == "media"]
    exit_code = re.search(r"Execution finished. \(exit code = (\d+)\)", "\n".join(told))
    return {
        "exitCode": int(exit_code[1]) if exit_code else None,
        "stdout": records.sub("", out.getvalue()),
        "stderr": err.getvalue(),
        "media": [{"mime": mime, "data": data} for mime, data in media],
        "html": [data for kind, data in records.findall(out.getvalue()) if kind == "html"],
    }


def upload_step(upload, step):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in step["upload"]]
        for path, text in zip(paths, step["upload"].values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        upload(paths, folder)
    return {}


def main(way, session_id):
    steps = json.load(sys.stdin)
    with {"socket": socket, "polling": polling, "v2-polling": v2_polling}[way](UUID(session_id)) as (run, upload):
        for step in steps:
            start = time.perf_counter()
            try:
                result = run_step(run, step) if "run" in step else upload_step(upload, step)
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({**result, "seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--version"]:
        print(f"{__version__} (Python {sys.version.split()[0]})")
    else:
        main(*sys.argv[1:])
