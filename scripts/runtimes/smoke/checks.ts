/**
 * What must work on every runtime. Runs as it is on Node, Deno and Bun, and bundled in a page; the SDK is handed in,
 * because it is the one that was installed.
 */
import type * as SDK from '../../../packages/client/src/index.ts'
import type * as NodeEntry from '../../../packages/client/src/node.ts'
import { programs } from './programs.ts'

/** Of a cluster and an account, as the SDK reads them, and two more. */
export type Environment = Record<
  'BACKEND_ENDPOINT' | 'BACKEND_ACCESS_KEY' | 'BACKEND_SECRET_KEY' | 'SMOKE_IMAGE' | 'SMOKE_CLOSED_ENDPOINT',
  string
>

export interface Check {
  name: string
  /** Of one that failed. */
  error?: string
}

export async function smoke(sdk: typeof SDK, environment: Environment): Promise<Check[]> {
  const checks: Check[] = []
  async function check<T>(name: string, body: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await body()
      checks.push({ name })
      return value
    } catch (error) {
      checks.push({ name, error: String(error) })
      return undefined
    }
  }

  const image = environment.SMOKE_IMAGE
  const code = programs[image.includes('python') ? 'python' : 'node']
  const client = sdk.createClient(sdk.fromEnv(environment))

  await check('server', async () => expect((await client.server()).release, /^\d+\.\d+\.\d+$/))

  const session = await check('create', () => client.sessions.create({ image, slots: { cpu: 1, mem: '512m' } }))
  if (!session) return checks

  await check('list', async () => {
    const ids = (await client.sessions.list().all()).map(({ id }) => id)
    expect(ids.includes(session.id), true)
  })

  /** What the code that waits is waiting for. */
  const go = { path: 'go', data: 'go' }

  await check('output comes while the code runs', async () => {
    let text = ''
    for await (const item of session.run(code.waiting, { signal: AbortSignal.timeout(60_000) })) {
      if (item.type !== 'stdout') continue
      text += item.text
      if (text === 'first\n') await session.upload([go])
    }
    expect(text, 'first\nlast\n')
  })

  await check('input is answered', async () => {
    expect(await session.run(code.asking, { input: 'Ada' }).text(), 'Name? Hello, Ada!\n')
  })

  await check('a resumable run is left and resumed', async () => {
    const run = session.run(code.waiting, { resumable: true })
    for await (const item of run) if (item.type === 'stdout') break
    await session.upload([go])
    const { stdout, exitCode } = await client.sessions.resume(run.handle).result()
    expect(stdout, 'last\n')
    expect(exitCode, 0)
  })

  await check('batch', async () => {
    await session.upload([{ path: code.file, data: code.batch }])
    const { stdout, exitCode } = await session.run({ build: 'echo built', exec: code.exec }).result()
    expect(stdout, 'built\ndone\n')
    expect(exitCode, 3)
  })

  await check('an abort gives the reason of its signal', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const reading = async (): Promise<void> => {
      for await (const item of session.run(code.endless, { signal: controller.signal }))
        if (item.type === 'stdout') controller.abort(reason)
    }
    expect((await failure(reading())) === reason, true)
    expect(await session.run(code.short).text(), 'still here\n')
  })

  if (!('document' in globalThis)) {
    const request = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n')
    await check('an app through a tunnel', async () => {
      const tunnel = await session.tunnel('ttyd')
      await tunnel.writable.getWriter().write(request)
      let answer = ''
      for await (const chunk of tunnel.readable) answer += new TextDecoder().decode(chunk)
      expect(answer, /^HTTP\/1\.[01] 200 /)
    })

    await check('an app on a local port', async () => {
      const listener = await (await nodeEntry()).listen(session, 'ttyd')
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(listener.url)))
      for (const answer of answers) expect((await answer.text()).length > 0 && answer.status, 200)
      await listener.close()
      expect(listener.connections, 0)
    })
  }

  await check('a refused signature is an AuthenticationError', async () => {
    const auth = sdk.keypair({ accessKey: environment.BACKEND_ACCESS_KEY, secretKey: 'wrong' })
    const error = await failure(client.with({ auth }).sessions.list().page())
    expect(error instanceof sdk.AuthenticationError, true)
  })

  await check('a refused connection is a NetworkError', async () => {
    const nowhere = client.with({ endpoint: environment.SMOKE_CLOSED_ENDPOINT, apiVersion: 'v9.20250722' })
    const reading = await failure(nowhere.request({ path: '/session' }))
    const writing = await failure(nowhere.request({ method: 'POST', path: '/session' }))
    for (const error of [reading, writing]) expect(error instanceof sdk.NetworkError, true)
    expect((reading as SDK.NetworkError).retryable, true)
    // A page is not told why: the request may have arrived.
    expect((writing as SDK.NetworkError).retryable, 'document' in globalThis ? 'unknown' : true)
  })

  await check('10,000 calls leave nothing on their signal', async () => {
    const { signal, listeners } = countingSignal()
    for (let n = 0; n < 200; n++)
      await Promise.all(Array.from({ length: 50 }, () => client.request({ path: '/auth/role', signal })))
    expect(listeners(), 0)
  })

  // Whether the program ends afterwards is for whoever started it to see.
  await check('streams that are left', async () => {
    for await (const { type } of client.events.sessions()) if (type === 'opened') break
    for await (const { type } of client.sessions.watch()) if (type === 'synced') break
    // A page signs no sockets.
    if ('document' in globalThis) return
    const terminal = await session.terminal()
    await terminal.writable.getWriter().write('echo $((6 * 7))\n')
    let text = ''
    const decoder = new TextDecoder()
    const reader = terminal.readable.getReader()
    while (!text.includes('42')) text += decoder.decode((await reader.read()).value, { stream: true })
    await terminal.close()
    const tunnel = await session.tunnel('ttyd')
    await tunnel.writable.getWriter().write(new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n'))
    const answer = tunnel.readable.getReader()
    expect(decoder.decode((await answer.read()).value).slice(0, 5), 'HTTP/')
    await answer.cancel()
  })

  await check('destroy, which its events tell', async () => {
    let ending: Promise<unknown> | undefined
    for await (const event of client.events.sessions({ session, signal: AbortSignal.timeout(60_000) })) {
      if (event.type === 'opened') ending = session.destroy()
      if (event.type === 'session' && event.name === 'session_terminated') break
    }
    await ending
    expect(session.status, 'TERMINATED')
  })
  return checks
}

/** Named so that the bundle of a page goes past it. */
function nodeEntry(): Promise<typeof NodeEntry> {
  const name = '@backend-ai-sdk/client/node'
  return import(name) as Promise<typeof NodeEntry>
}

/** A signal that knows how many listeners it has. */
function countingSignal(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController()
  let count = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--
    remove(...args)
  }
  return { signal, listeners: () => count }
}

function expect(actual: unknown, expected: string | number | boolean | RegExp): void {
  const holds = expected instanceof RegExp ? expected.test(String(actual)) : actual === expected
  if (!holds) throw new Error(`${JSON.stringify(actual)} is not ${String(expected)}`)
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
