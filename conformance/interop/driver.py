"""Does what the tests ask of the official client: one Python function body a line, and one line back.

usage: driver.py sync|async < requests > answers       (BACKEND_* in the environment)
A request is {"code", "session"}; `session` asks for a fresh one, which is gone afterwards. An answer is {"value"} or {"error"}.

All code is written once, for AsyncSession. For Session it is the same without `async` and `await`, which is the
difference that the client promises between the two.
"""
import asyncio
import json
import os
import re
import secrets
import sys
import textwrap
from pathlib import Path
from uuid import UUID

from ai.backend.client.session import AsyncSession, Session

HELPERS = '''
async def run(session, code, answers=(), **options):
    """Polls until a run is over."""
    answers, run_id, records = list(answers), None, []
    while True:
        result = await session.execute(run_id, code, **options)
        records += result["console"]
        if result["status"] == "finished":
            return [result["exitCode"], text_of(records)]
        run_id, options = result["runId"], {"mode": "continue"}
        code = ""
        if result["status"] == "waiting-input":
            options, code = {"mode": "input"}, answers.pop(0)


async def handle(api, body, wants_session):
    session = name = None
    if wants_session:
        name = new_name()
        session = await api.ComputeSession.get_or_create(image, name=name, resources=dict(resources))
    try:
        return await body(api, session, name)
    finally:
        if session:
            # Under another name, it may have been destroyed or renamed.
            try:
                await api.ComputeSession(str(session.id)).destroy(forced=True)
            except BackendAPIError:
                pass
'''


async def stream(session, code="", answers=(), **options):
    """A run over a WebSocket."""
    answers, records = list(answers), []
    async with session.stream_execute(code, **options) as socket:
        async for message in socket:
            result = json.loads(message.data)
            records += result.get("console", [])
            if result["status"] == "waiting-input":
                await socket.send_str(answers.pop(0))
            if result["status"] == "finished":
                return [result["exitCode"], text_of(records)]
    return "closed before the end"


def text_of(records):
    return "".join(data if kind in ("stdout", "stderr") else f"[{kind} {data[0]}]" for kind, data in records)


def new_name():
    return f"interop-{secrets.token_hex(5)}"


def compiled(source, mode, namespace):
    if mode == "sync":
        source = re.sub(r"\b(async|await) ", "", source)
    exec(source, namespace)


def main(mode):
    # What the client prints goes elsewhere.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from ai.backend.client.exceptions import BackendAPIError

    namespace = {
        **globals(),
        "BackendAPIError": BackendAPIError,
        "image": os.environ["INTEROP_IMAGE"],
        "resources": {"cpu": 1, "mem": "512m"},
    }
    compiled(HELPERS, mode, namespace)

    with asyncio.Runner() as runner:
        if mode == "async":
            async def open_session():
                return await AsyncSession().__aenter__()

            api = runner.run(open_session())
            finish = runner.run
        else:
            api = Session().__enter__()
            finish = lambda value: value

        for line in sys.stdin:
            request = json.loads(line)
            try:
                body = textwrap.indent(request["code"], "    ")
                compiled(f"async def body(api, session, name):\n{body}\n", mode, namespace)
                answer = {"value": finish(namespace["handle"](api, namespace["body"], request["session"]))}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer, default=str), file=answers)
        finish(api.close())


if __name__ == "__main__":
    main(sys.argv[1])
