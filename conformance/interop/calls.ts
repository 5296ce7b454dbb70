/** Calls of the library. */
import { expect } from 'vitest'

import type { Account } from '../targets.ts'
import { absent, fails, notServed, byVersion, raises, returns, type Outcomes } from './outcomes.ts'

interface Call {
  /** As the table shows it; also what is run, unless there is `python`. */
  call: string
  when?: string
  /** Body of `async def body(api, session, name)` in driver.py, which has helpers. */
  python?: string
  /** Without a fresh session. */
  sessionless?: boolean
  /** WebSockets are only in `AsyncSession`. */
  asyncOnly?: boolean
  account?: Account
  outcome: Outcomes
  note?: string
}

const containing = (value: Record<string, unknown>): unknown => expect.objectContaining(value)
const text = (pattern: RegExp): unknown => expect.stringMatching(pattern)
const list = (...items: unknown[]): unknown => expect.arrayContaining(items)
const anything: unknown = expect.anything()

const noRunId = /500.*continuation requires explicit run ID/
/** A field of GraphQL. */
const notImplemented = { ...notServed, expected: { error: text(/The emulator does not implement/) } }
const runIdNote = '26.9.6 sends `runId`, which its server does not read'

const creation: Call[] = [
  {
    call: 'ComputeSession.hello()',
    python: 'return await api.ComputeSession.hello()',
    sessionless: true,
    outcome: byVersion(
      returns(containing({ version: 'v7.20230615', manager: '23.09.10' })),
      returns(containing({ version: 'v9.20250722', manager: '26.9.6' })),
    ),
  },
  {
    call: 'ComputeSession.get_or_create(image)',
    python: 'return [session.created, session.status, session.domain, session.group, session.service_ports]',
    outcome: returns([true, 'RUNNING', 'default', 'default', list(containing({ name: 'sshd' }))]),
  },
  {
    call: 'get_or_create(…, name)',
    when: 'of a session that is there',
    python: `
same = await api.ComputeSession.get_or_create(image, name=name, resources=resources)
return [same.created, same.id == session.id, same.status]`,
    outcome: returns([false, true, 'RUNNING']),
  },
  {
    call: 'get_or_create(…, no_reuse=True)',
    python: 'await api.ComputeSession.get_or_create(image, name=name, no_reuse=True)',
    outcome: raises(/BackendAPIError: .*400.*session-already-exists/),
  },
  {
    call: 'get_or_create(…, enqueue_only=True)',
    python: `
later = await api.ComputeSession.get_or_create(image, enqueue_only=True, resources=resources)
key = str(later.id)
status = later.status
while True:
    found = (await api.ComputeSession.paginated_list(status="RUNNING")).items
    if any(key == item["id"] for item in found):
        break
await api.ComputeSession(key).destroy()
return status`,
    sessionless: true,
    outcome: returns('PENDING'),
  },
  {
    call: 'get_or_create(…, type_="batch", startup_command)',
    python: `
batch = await api.ComputeSession.get_or_create(
    image, type_="batch", startup_command="echo done", resources=resources)
key = str(batch.id)
while True:
    page = await api.ComputeSession.paginated_list(status="TERMINATED", order="-created_at")
    found = [item for item in page.items if key == item["id"]]
    if found:
        return [found[0]["type"], found[0]["result"]]`,
    sessionless: true,
    outcome: returns(['BATCH', 'SUCCESS']),
  },
  {
    call: 'get_or_create(…, envs, tag, bootstrap_script)',
    python: `
other = await api.ComputeSession.get_or_create(
    image, envs={"GREETING": "hello"}, tag="blue", bootstrap_script="echo hi > booted", resources=resources)
try:
    return await run(other, "import os; print(os.environ['GREETING'])")
finally:
    await api.ComputeSession(str(other.id)).destroy()`,
    sessionless: true,
    outcome: returns([0, 'hello\n']),
  },
  {
    call: 'get_or_create("nothing:1")',
    python: 'await api.ComputeSession.get_or_create("nothing:1")',
    sessionless: true,
    outcome: raises(/BackendAPIError: .*404.*No such environment image\..*Unknown image reference/),
  },
  {
    call: 'get_or_create(…, resources={"mem": "1m"})',
    python: 'await api.ComputeSession.get_or_create(image, resources={"cpu": 1, "mem": "1m"})',
    sessionless: true,
    outcome: raises(/BackendAPIError: .*400.*smaller than/),
  },
  {
    call: 'ComputeSession.create_from_template(id)',
    python: 'await api.ComputeSession.create_from_template("3f1396c1-306f-4182-921c-d64fb627ae1d")',
    sessionless: true,
    outcome: byVersion(raises(/500.*internal-server-error/), raises(/404.*No such session template/)),
    note: 'one that is not there, which servers of 23.9 answer with 500',
  },
  {
    call: 'ComputeSession.paginated_list()',
    python: `
page = await api.ComputeSession.paginated_list(status="RUNNING", page_size=100)
return [item for item in page.items if item["id"] == str(session.id)]`,
    outcome: returns([
      containing({ status: 'RUNNING', type: 'INTERACTIVE', image: 'cr.backend.ai/stable/python:3.9-ubuntu20.04' }),
    ]),
  },
  {
    call: 'paginated_list(filter, order, page_size=1)',
    python: `
page = await api.ComputeSession.paginated_list(filter=f'name == "{name}"', order="-created_at", page_size=1)
return [page.total_count, [item["id"] == str(session.id) for item in page.items]]`,
    outcome: returns([1, [true]]),
  },
]

const runs: Call[] = [
  {
    call: 'execute(code="print(…)")',
    python: 'return await session.execute(code="print(6 * 7)")',
    outcome: returns(containing({ status: 'finished', exitCode: 0, console: [['stdout', '42\n']] })),
  },
  {
    call: 'execute(code)',
    when: 'that raises',
    python: 'return await run(session, "1 / 0")',
    outcome: byVersion(
      returns([0, text(/ZeroDivisionError[^]*division by zero/)]),
      returns([1, text(/ZeroDivisionError[^]*division by zero/)]),
    ),
    note: 'the exit code of such a query is 0 up to 25.x',
  },
  {
    call: 'execute(code)',
    when: 'that displays an image',
    python: `return await run(session, "from IPython.display import Image, display; display(Image(data=b'x'))")`,
    outcome: returns([0, text(/^\[media image\/png\]$/)]),
  },
  {
    call: 'execute(run_id, mode="continue")',
    python: 'return await run(session, "import time; time.sleep(2.5); print(1)")',
    outcome: byVersion(returns([0, '1\n']), fails(noRunId)),
    note: runIdNote,
  },
  {
    call: 'execute(run_id, answer, mode="input")',
    python: `return await run(session, "print('hi', input('name? '))", ["Ada"])`,
    outcome: byVersion(returns([0, 'name? hi Ada\n']), fails(noRunId)),
    note: runIdNote,
  },
  {
    call: 'execute(mode="batch", opts)',
    python: `return await run(session, "", mode="batch", opts={"clean": "echo c", "build": "echo b", "exec": "echo e"})`,
    outcome: byVersion(returns([0, 'c\nb\ne\n']), fails(noRunId)),
    note: runIdNote,
  },
  {
    call: 'execute(mode="complete")',
    python: 'return await session.execute(code="pri", mode="complete")',
    outcome: byVersion(fails(/400.*runId is missing!/), fails(/500.*runId or mode is missing/)),
    note: 'the client forgets to send the mode',
  },
  {
    call: 'stream_execute(code)',
    python: 'return await stream(session, "print(6 * 7)")',
    asyncOnly: true,
    outcome: returns([0, '42\n']),
  },
  {
    call: 'stream_execute(code)',
    when: 'that lasts',
    python: 'return await stream(session, "import time\\nfor i in range(3): print(i, flush=True); time.sleep(0.4)")',
    asyncOnly: true,
    outcome: returns([0, '0\n1\n2\n']),
  },
  {
    call: 'stream_execute(code)',
    when: 'that reads input',
    python: `return await stream(session, "print('hi', input('name? '))", ["Ada"])`,
    asyncOnly: true,
    outcome: returns([0, 'name? hi Ada\n']),
  },
  {
    call: 'stream_execute(code)',
    when: 'that raises',
    python: 'return await stream(session, "1 / 0")',
    asyncOnly: true,
    outcome: byVersion(
      returns([0, text(/ZeroDivisionError[^]*division by zero/)]),
      returns([1, text(/ZeroDivisionError[^]*division by zero/)]),
    ),
  },
  {
    call: 'stream_execute(mode="batch", opts)',
    python: `return await stream(session, mode="batch", opts={"clean": "echo c", "build": "echo b", "exec": "echo e"})`,
    asyncOnly: true,
    outcome: returns([0, 'c\nb\ne\n']),
    note: 'hangs on released servers since 24.09.13 where the steps take no time',
  },
  {
    call: 'interrupt()',
    when: 'while code runs',
    python: `
records = []
async with session.stream_execute("import time\\nprint('on', flush=True)\\ntime.sleep(600)") as socket:
    async for message in socket:
        result = json.loads(message.data)
        if result["console"] and not records:
            await session.interrupt()
        records += result["console"]
        if result["status"] == "finished":
            return text_of(records)`,
    asyncOnly: true,
    outcome: returns(text(/^on\n[^]*KeyboardInterrupt/)),
  },
  { call: 'interrupt()', outcome: returns(null) },
  {
    call: 'complete(code, opts)',
    python: `return await session.complete("prin", {"row": 0, "col": 4, "line": "prin", "post": ""})`,
    outcome: byVersion(
      returns({ result: containing({ status: 'finished', completions: anything }) }),
      returns({ result: containing({ status: 'finished', suggestions: anything }) }),
    ),
  },
  {
    call: 'stream_pty()',
    python: 'async with session.stream_pty(): pass',
    asyncOnly: true,
    outcome: returns(null),
  },
]

const steering: Call[] = [
  {
    call: 'get_info()',
    outcome: returns(
      containing({ status: 'RUNNING', domainName: 'default', image: 'cr.backend.ai/stable/python:3.9-ubuntu20.04' }),
    ),
  },
  {
    call: 'from_session_id(id).get_info()',
    python: `return (await api.ComputeSession.from_session_id(session.id).get_info())["status"]`,
    outcome: byVersion(fails(/404.*Session \(id=None\) does not exist/), returns('RUNNING')),
    note: '23.9.10 asks for the session `None`',
  },
  {
    call: 'ComputeSession("nobody").get_info()',
    python: 'await api.ComputeSession("nobody").get_info()',
    sessionless: true,
    outcome: raises(/BackendAPIError: .*404, 'Not Found'/),
  },
  {
    call: 'rename(new_name)',
    python: `
await session.rename(name + "-b")
return (await api.ComputeSession(name + "-b").get_info())["status"]`,
    outcome: byVersion(returns('RUNNING'), fails(/400.*Malformed body/)),
    note: '26.9.6 sends the name in the query, where its server does not look',
  },
  {
    call: 'restart()',
    python: `
before = await run(session, "import os; kept = 1; open('kept', 'w').close(); print(os.path.exists('kept'))")
await session.restart()
return [before, await run(session, "import os; print(os.path.exists('kept'), 'kept' in globals())")]`,
    outcome: byVersion(
      returns([
        [0, 'True\n'],
        [0, 'True False\n'],
      ]),
      fails(/501.*restart is no longer supported/),
    ),
    note: 'gone on the servers of 26.x',
  },
  {
    call: 'get_logs()',
    outcome: returns({ result: { logs: expect.any(String) as unknown } }),
  },
  {
    call: 'ComputeSession.get_task_logs(id)',
    python: 'return [chunk async for chunk in api.ComputeSession.get_task_logs(str(session.id))]',
    outcome: { ...notServed, expected: { error: text(/404.*No such v.*folder.*\.logs/) } },
    note: 'as on a server where the user has no folder `.logs`',
  },
  {
    call: 'get_status_history()',
    python: 'return await session.get_status_history()',
    outcome: byVersion(
      fails(/404.*Unknown URL path/),
      returns(containing({ PENDING: text(/^\d{4}-/), RUNNING: text(/^\d{4}-/) })),
    ),
    note: 'servers of 23.9 have no such route',
  },
  {
    call: 'get_dependency_graph()',
    outcome: byVersion(
      returns(containing({ status: 'KernelStatus.RUNNING', depends_on: [] })),
      returns(containing({ status: 'RUNNING', depends_on: [] })),
    ),
  },
  {
    call: 'detail()',
    outcome: byVersion(absent, notImplemented),
  },
  {
    call: 'update(priority)',
    python: 'return await session.update(priority=20)',
    outcome: byVersion(absent, notImplemented),
  },
  { call: 'get_abusing_report()', outcome: returns({}) },
  { call: 'stream_app_info()', outcome: returns(list(containing({ name: 'sshd' }), containing({ name: 'ttyd' }))) },
  {
    call: 'upload(files, basedir)',
    python: `
Path("a.txt").write_text("ok")
await session.upload([Path("a.txt")], basedir=Path.cwd())
return await run(session, "print(open('a.txt').read())")`,
    outcome: returns([0, 'ok\n']),
  },
  {
    call: 'upload(["data/a.txt"])',
    python: `
Path("data").mkdir(exist_ok=True)
Path("data/a.txt").write_text("ok")
await session.upload(["data/a.txt"])
return await run(session, "import os; print([name for name in os.listdir() if 'data' in name])")`,
    outcome: returns([0, "['data%2Fa.txt']\n"]),
    note: 'the client sends `data%2Fa.txt`, which servers take as it is',
  },
  { call: 'list_files()', outcome: returns(containing({ files: text(/"filename": "id_container"/) })) },
  {
    call: 'download(files)',
    python: `
await session.download(["id_container"])
return Path("id_container").read_text().splitlines()[0]`,
    outcome: returns(text(/^-----BEGIN/)),
  },
  {
    call: 'listen_events()',
    python: `
import asyncio
seen = []
async with session.listen_events() as events:
    ending = asyncio.create_task(session.destroy(forced=True))
    async for event in events:
        seen.append(event.event)
        if event.event == "session_terminated":
            break
await ending
return seen`,
    asyncOnly: true,
    outcome: returns(list('kernel_terminated', 'session_terminated')),
  },
  {
    call: 'commit()',
    outcome: returns(containing({ bgtask_id: anything, path: text(/\.tar\.gz$/) })),
  },
  {
    call: 'BackgroundTask(id).listen_events()',
    python: `
task = api.BackgroundTask((await session.commit())["bgtask_id"])
seen = []
async with task.listen_events() as events:
    async for event in events:
        seen.append(event.event)
        if event.event == "bgtask_done":
            break
return seen`,
    asyncOnly: true,
    outcome: returns(['bgtask_done']),
  },
  {
    call: 'export_to_image(name)',
    python: 'await session.export_to_image("mine")',
    outcome: byVersion(absent, notServed),
  },
  {
    call: 'start_service("sshd")',
    python: 'await session.start_service("sshd")',
    outcome: raises(/503.*No coordinator configured/),
  },
  {
    call: 'destroy()',
    python: `
answer = await session.destroy()
while True:
    page = await api.ComputeSession.paginated_list(status="TERMINATED", order="-created_at")
    if any(str(session.id) == item["id"] for item in page.items):
        return answer`,
    outcome: byVersion(
      returns({ stats: containing({ status: 'terminated', cpu_used: anything }) }),
      returns({ stats: { status: 'terminated' } }),
    ),
  },
  { call: 'destroy(forced=True)', outcome: returns({ stats: containing({ status: 'terminated' }) }) },
  {
    call: 'destroy(recursive=True)',
    outcome: byVersion(
      returns([containing({ status: 'terminated' })]),
      returns({ stats: containing({ status: 'terminated' }) }),
    ),
  },
]

/** These need no session. */
const others: Call[] = (
  [
    {
      call: 'Image.list()',
      python: 'return [item["name"] for item in await api.Image.list()]',
      outcome: returns(list('stable/python')),
    },
    {
      call: 'Image.get(reference, architecture)',
      python: 'return await api.Image.get(image, "x86_64")',
      outcome: byVersion(absent, returns(containing({ name: 'stable/python', tag: '3.9-ubuntu20.04' }))),
    },
    {
      call: 'KeyPair(key).info()',
      python: 'return await api.KeyPair(api.config.access_key).info()',
      outcome: returns(containing({ is_active: true, is_admin: false })),
    },
    {
      call: 'System.get_versions()',
      python: 'return await api.System.get_versions()',
      outcome: byVersion(
        returns({ version: 'v7.20230615', manager: '23.09.10' }),
        returns({ version: 'v9.20250722', manager: '26.9.6' }),
      ),
    },
    {
      call: 'Resource.list()',
      python: 'return await api.Resource.list()',
      outcome: returns(containing({ presets: anything })),
    },
    {
      call: 'Resource.check_presets()',
      python: 'return await api.Resource.check_presets()',
      outcome: byVersion(
        returns(containing({ presets: anything, scaling_groups: anything })),
        fails(/400.*CheckPresetsRequest.*group.*Field required/),
      ),
      note: 'the server of 26.9.6 wants a `group`',
    },
    {
      call: 'Resource.check_presets(group)',
      python: 'return await api.Resource.check_presets("default")',
      outcome: byVersion(absent, returns(containing({ presets: anything, scaling_groups: anything }))),
    },
    {
      call: 'Resource.get_resource_slots()',
      python: 'return await api.Resource.get_resource_slots()',
      outcome: returns(containing({ cpu: 'count', mem: 'bytes' })),
    },
    {
      call: 'ScalingGroup.list_available(group)',
      python: 'return await api.ScalingGroup.list_available("default")',
      outcome: returns([containing({ name: 'default' })]),
    },
    {
      call: 'Group.list(domain)',
      python: 'return await api.Group.list("default")',
      outcome: returns([containing({ name: 'default' })]),
    },
    {
      call: 'User.paginated_list()',
      python: 'return [item["email"] for item in (await api.User.paginated_list()).items]',
      account: 'admin',
      outcome: returns(list('user@lablup.com')),
    },
    {
      call: 'KeyPair.paginated_list()',
      python: 'return len((await api.KeyPair.paginated_list()).items)',
      account: 'admin',
      outcome: returns(5),
    },
    {
      call: 'Domain.list()',
      python: 'return await api.Domain.list()',
      account: 'admin',
      outcome: returns([containing({ name: 'default', is_active: true })]),
    },
    {
      call: 'Agent.paginated_list()',
      python: 'return (await api.Agent.paginated_list()).items',
      account: 'admin',
      outcome: returns([containing({ status: 'ALIVE' })]),
    },
    {
      call: 'ScalingGroup.list()',
      python: 'return await api.ScalingGroup.list()',
      account: 'admin',
      outcome: returns([containing({ name: 'default' })]),
    },
    {
      call: 'Manager.status()',
      python: 'return await api.Manager.status()',
      account: 'admin',
      outcome: returns(containing({ status: 'running' })),
    },
  ] satisfies Call[]
).map((call) => ({ ...call, sessionless: true }))

/** What is tested, as driver.py wants it. */
interface Test extends Call {
  python: string
}

export const calls: Test[] = [...creation, ...runs, ...steering, ...others].map((call) => ({
  ...call,
  python: call.python ?? `return await session.${call.call}`,
}))
