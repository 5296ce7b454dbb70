import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { afterEach, describe, expect, onTestFinished, test } from 'vitest'

import { ProcessGroup } from './process-group.ts'
import { isAlive, KernelHarness, until } from './testing.ts'

const isLinux = process.platform === 'linux'
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** Shell commands that leave a process behind; each writes its number to the file `pids`. */
const survivors: [name: string, command: string][] = [
  ['in the background', 'sleep 1000 & echo $! >>pids'],
  ['that ignores signals', `sh -c 'trap "" INT TERM HUP; echo $$ >>pids; while :; do sleep 1000; done' &`],
  ['in a session of its own', `setsid sh -c 'echo $$ >>pids; exec sleep 1000' &`],
  ['forked twice, in a session of its own', `(setsid sh -c 'echo $$ >>pids; exec sleep 1000' &) &`],
  ['without an environment', `env -i sh -c 'echo $$ >>pids; exec /bin/sleep 1000' &`],
  ['that holds the output open', `setsid sh -c 'echo $$ >>pids; exec sleep 1000' >&2 &`],
]

async function pidsIn(home: string, count: number): Promise<number[]> {
  const read = async () =>
    (await readFile(join(home, 'pids'), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number)
  await until(async () => (await read()).length >= count)
  return read()
}

async function open(): Promise<KernelHarness> {
  const harness = await KernelHarness.start('shell')
  onTestFinished(() => harness.stop())
  return harness
}

describe.skipIf(!isLinux)('stop() kills', () => {
  test.each(survivors)('a process %s', async (_, command) => {
    const harness = await open()
    await harness.run(command)
    const [pid] = (await pidsIn(harness.home, 1)) as [number]
    expect(await isAlive(pid)).toBe(true)
    await harness.kernel.stop()
    expect(await isAlive(pid)).toBe(false)
    expect(await harness.exited).toBe(null)
  })

  test('all of them, of runs and of batch, while both still run; and nothing else', async () => {
    const bystander = spawn('sleep', ['1000'], { detached: true })
    onTestFinished(() => void bystander.kill('SIGKILL'))
    const [harness, other] = [await open(), await open()]
    await other.run('sleep 1000 & echo $! >>pids')
    for (const [, command] of survivors) await harness.run(command)
    // Without an environment and after its session's leader, nothing tells any more to whom a process belongs.
    const marked = survivors.filter(([name]) => name !== 'without an environment')
    harness.kernel.runBatch({
      clean: null,
      build: marked.map(([, command]) => command).join('\n'),
      exec: 'echo $$ >>pids; exec sleep 1000',
      buildLog: false,
    })
    const pids = await pidsIn(harness.home, survivors.length + marked.length + 1)
    expect(await Promise.all(pids.map(isAlive))).toEqual(pids.map(() => true))
    await harness.kernel.stop()
    expect(await Promise.all(pids.map(isAlive))).toEqual(pids.map(() => false))
    expect(await isAlive(bystander.pid as number)).toBe(true)
    expect(await isAlive((await pidsIn(other.home, 1))[0] as number)).toBe(true)
  })

  test('what is left when the kernel ends by itself', async () => {
    const harness = await open()
    await harness.run(survivors[3]?.[1] as string)
    const [pid] = (await pidsIn(harness.home, 1)) as [number]
    harness.kernel.runCode('kill -9 $$')
    expect(await harness.exited).toBe(null)
    expect(await isAlive(pid)).toBe(false)
  })

  test('although its guard was killed', async () => {
    const harness = await open()
    const guards = async () => {
      const { stdout } = await harness.run(
        `grep -lsF backendai-kernel-guard /proc/[0-9]*/cmdline | while IFS=/ read -r _ _ pid _; do echo $pid; done`,
      )
      const all = stdout.split('\n').filter(Boolean).map(Number)
      const lines = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
      const directory = (await harness.run('echo "$_backendai_directory"')).stdout.replace(/\/shell\n$/, '')
      return all.filter(
        (_, index) => lines[index]?.includes('backendai-kernel-guard') && lines[index]?.includes(directory),
      )
    }
    const [first] = (await guards()) as [number]
    await harness.run(`${survivors[3]?.[1]}\nkill -9 ${first}`)
    const [pid] = (await pidsIn(harness.home, 1)) as [number]
    await until(async () => (await guards()).some((guard) => guard !== first))
    await harness.kernel.stop()
    expect(await isAlive(pid)).toBe(false)
  })
})

test('stop() removes the temporary files, may be called twice, and ends the kernel once', async () => {
  const harness = await open()
  const directory = (await harness.run('dirname "$_backendai_directory"')).stdout.trim()
  expect(await exists(directory)).toBe(true)
  await Promise.all([harness.kernel.stop(), harness.kernel.stop()])
  expect(await exists(directory)).toBe(false)
  harness.kernel.runCode('echo never')
  harness.kernel.runBatch({ clean: null, build: null, exec: 'echo never', buildLog: false })
  harness.kernel.interrupt()
  harness.kernel.input('x')
  await harness.kernel.stop()
  expect(harness.messages.some((message) => JSON.stringify(message).includes('never'))).toBe(false)
})

describe('a group', () => {
  let home: string
  let group: ProcessGroup
  const start = async (environment: Record<string, string> = {}, commands: Record<string, string> = {}) => {
    home = await mkdtemp(join(tmpdir(), 'group-test-'))
    group = await ProcessGroup.create({ home, environment, commands })
  }
  afterEach(async () => {
    await group.stop()
    await rm(home, { recursive: true, force: true })
  })
  const output = async (command: string, parameters: string[]) => {
    const { stdout } = await group.spawn(command, parameters)
    let text = ''
    for await (const chunk of stdout) text += String(chunk)
    return text
  }

  test('gives a small environment, with that of the session, and home as HOME', async () => {
    await start({ FOO: 'bar', HOME: '/nowhere' })
    const environment = await output('/bin/sh', ['-c', 'env'])
    expect(environment).toContain('FOO=bar\n')
    expect(environment).toContain(`HOME=${home}\n`)
    expect(environment).not.toContain('VITEST')
  })

  test('calls its commands by their names, wherever they are', async () => {
    await start({}, { 'say it': '/bin/echo', python: process.execPath })
    expect(await output('/bin/sh', ['-c', '"say it" "a  b"; python -p 1+1'])).toBe('a  b\n2\n')
  })

  test('says what could not be started', async () => {
    await start()
    await expect(group.spawn('/nowhere/program', [])).rejects.toThrow('ENOENT')
  })
})

describe.skipIf(!isLinux)('when the emulator dies', () => {
  test.each(['shell', 'node', 'python'])(
    'a %s kernel and all that it started die too',
    { timeout: 30_000 },
    async (language) => {
      const home = await mkdtemp(join(tmpdir(), 'orphan-test-'))
      const index = new URL('./index.ts', import.meta.url).href
      const code = `
      import { startKernel } from ${JSON.stringify(index)}
      const kernel = await startKernel(${JSON.stringify(language)}, {
        home: ${JSON.stringify(home)}, environment: {}, onMessage() {}, onExit() {},
      })
      const command = "(setsid sh -c 'echo $$ >>pids; exec sleep 1000' >/dev/null 2>&1 &) & echo $PPID >>pids; printenv BACKENDAI_INPUT_SOCKET >socket"
      const codes = {
        shell: command + '; echo $$ >>pids; while :; do :; done',
        python: 'import os; os.system(' + JSON.stringify(command) + '); open("pids", "a").write("%d\\\\n" % os.getpid())\\nwhile True: pass',
        node: 'require("child_process").execSync(' + JSON.stringify(command) + '); fs.appendFileSync("pids", process.pid + "\\\\n"); for (;;);',
      }
      kernel.runCode(codes[${JSON.stringify(language)}])
    `
      const emulator: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      onTestFinished(async () => {
        emulator.kill('SIGKILL')
        await rm(home, { recursive: true, force: true })
      })
      const pids = await pidsIn(home, 3)
      for (const pid of pids.slice(1)) expect(await isAlive(pid)).toBe(true)
      const directory = join((await readFile(join(home, 'socket'), 'utf8')).trim(), '..')
      expect(await readdir(directory)).toContain('input')
      emulator.kill('SIGKILL')
      for (const pid of pids) if (pid !== emulator.pid) await until(async () => !(await isAlive(pid)))
      await until(async () => !(await exists(directory)))
    },
  )
})
