/** Apps of a session, through tunnels and local ports. */
import { createHash } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'

import { ComputeSession, NotFoundError, ServerError, type Tunnel } from '@backend-ai-sdk/client'
import { listen } from '@backend-ai-sdk/client/node'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, onEachTarget, rejection, sharedSession, thorough } from './harness.ts'

const megabytes = thorough ? 100 : 8
const size = megabytes * 1024 * 1024

/** Of these apps each target has one: it serves the files of the session's home. */
const fileServers = ['webapp', 'httpd']

async function fileServer(session: ComputeSession): Promise<string> {
  const names = (await session.apps()).map(({ name }) => name)
  const found = fileServers.find((name) => names.includes(name))
  if (!found) throw new Error(`There is none of ${fileServers.join(', ')}, only ${names.join(', ')}.`)
  return found
}

/** Made in the session, where it may be there already. @returns its checksum. */
async function makeFile(session: ComputeSession): Promise<string> {
  const code = `
import hashlib, os
hash = hashlib.sha256()
path = os.path.join(os.path.expanduser('~'), 'large.bin')
with open(path, 'wb') as file:
    for _ in range(${megabytes}):
        block = os.urandom(1024 * 1024)
        hash.update(block)
        file.write(block)
print(hash.hexdigest())`
  return (await session.run(code).text()).trim()
}

const digest = (...chunks: Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function readAll(tunnel: Tunnel): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tunnel.readable) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** As far as its head says. */
async function readAnswer(tunnel: Tunnel): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let missing = Infinity
  for await (const chunk of tunnel.readable) {
    chunks.push(chunk)
    if (missing !== Infinity) missing -= chunk.length
    else {
      const answer = Buffer.concat(chunks)
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer.toString('latin1'))?.[1]
      if (length !== undefined && answer.includes('\r\n\r\n')) missing = Number(length) - bodyOf(answer).length
    }
    if (missing <= 0) break
  }
  return Buffer.concat(chunks)
}

/** What follows the head of an answer. */
const bodyOf = (answer: Buffer): Buffer => answer.subarray(answer.indexOf('\r\n\r\n') + 4)

/** With a connection of its own. */
function fetchOnce(url: string): Promise<{ status: number; length: number; digest: string }> {
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      const hash = createHash('sha256')
      let length = 0
      response.on('data', (chunk: Uint8Array) => {
        hash.update(chunk)
        length += chunk.length
      })
      response.on('end', () => resolve({ status: response.statusCode!, length, digest: hash.digest('hex') }))
      response.on('error', reject)
    }
    get(url, { agent: false }, receive).on('error', reject)
  })
}

onEachTarget('tunnels', (target) => {
  const client = clientOf(target)
  const hasEnd = !target.lacks?.includes('tunnel-end')

  /** The answer, up to the end of the connection where that is told. */
  async function ask(session: ComputeSession, app: string, path: string): Promise<Buffer> {
    await using tunnel = await session.tunnel(app)
    await tunnel.writable.getWriter().write(new TextEncoder().encode(`GET ${path} HTTP/1.0\r\n\r\n`))
    // Before the tunnel is closed.
    return await (hasEnd ? readAll(tunnel) : readAnswer(tunnel))
  }
  const shared = sharedSession(target, client)

  test('the apps of a session', async () => {
    const session = await shared()
    const apps = await session.apps()
    expect(apps).toContainEqual({
      name: 'sshd',
      protocol: 'tcp',
      ports: [2200],
      urlTemplate: undefined,
      allowedArguments: undefined,
      allowedEnviron: undefined,
    })
    expect(apps).toContainEqual(expect.objectContaining({ name: await fileServer(session), protocol: 'http' }))
    expect(apps).toEqual(session.servicePorts)
  })

  test('a large file comes through whole, and then the end', { timeout: 300_000 }, async () => {
    const session = await shared()
    const sum = await makeFile(session)
    const answer = await ask(session, await fileServer(session), '/large.bin')
    expect(String(answer.subarray(0, 15))).toMatch(/^HTTP\/1\.[01] 200 /)
    expect(bodyOf(answer)).toHaveLength(size)
    expect(digest(bodyOf(answer))).toBe(sum)
  })

  test('and through a local port, to 50 at a time', { timeout: 300_000 }, async () => {
    const session = await shared()
    const sum = await makeFile(session)
    const errors: unknown[] = []
    await using listener = await listen(session, await fileServer(session), { onError: (error) => errors.push(error) })
    expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/?$/)
    const whole = { status: 200, length: size, digest: sum }
    expect(await fetchOnce(`http://127.0.0.1:${listener.port}/large.bin`)).toEqual(whole)
    await session.run(`open(__import__('os').path.expanduser('~/small.txt'), 'w').write('small')`).result()
    const small = { status: 200, length: 5, digest: digest(Buffer.from('small')) }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fetchOnce(`http://127.0.0.1:${listener.port}/small.txt`)),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, () => small))
    expect(errors).toEqual([])
  })

  test('bytes of all kinds come back from an echo', { timeout: 300_000 }, async (context) => {
    const session = await shared()
    const names = (await session.apps()).map(({ name }) => name)
    context.skip(!names.includes('echo'), 'there is no app that sends back what it gets')
    await using tunnel = await session.tunnel('echo')
    const block = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 31) & 0xff)
    const count = Math.ceil(size / block.length)
    const sending = (async () => {
      const writer = tunnel.writable.getWriter()
      for (let n = 0; n < count; n++) await writer.write(block)
    })()
    const hash = createHash('sha256')
    let length = 0
    for await (const chunk of tunnel.readable) {
      hash.update(chunk)
      if ((length += chunk.length) >= count * block.length) break
    }
    await sending
    expect(length).toBe(count * block.length)
    expect(hash.digest('hex')).toBe(digest(...Array.from({ length: count }, () => block)))
  })

  test('an app that is not there', async () => {
    const session = await shared()
    const refusal = await rejection(session.tunnel('no-such-app'))
    expect(refusal).toBeInstanceOf(NotFoundError)
    expect(refusal).toHaveProperty('message', expect.stringContaining('no-such-app'))
    const error = await rejection(listen(session, 'sshh'))
    expect(error).toBeInstanceOf(NotFoundError)
    expect((error as Error).message).toContain("did you mean 'sshd'?")
  })

  test('a session that is not there', async () => {
    const other = new ComputeSession(client.transport, {
      id: '00000000-0000-0000-0000-000000000000',
      name: 'none',
      image: target.pythonImage,
      status: 'RUNNING',
      servicePorts: [],
      created: false,
    })
    // 26.9 tells nobody what there is not.
    const isRefused = { status: expect.toBeOneOf([403, 404]) as number }
    expect(await rejection(other.apps())).toMatchObject(isRefused)
    expect(await rejection(other.tunnel('sshd'))).toMatchObject(isRefused)
  })

  test('an app that was shut down starts again with the next tunnel', async () => {
    const session = await shared()
    const app = await fileServer(session)
    await session.shutdownService(app)
    expect(String(await ask(session, app, '/'))).toMatch(/^HTTP\/1\.[01] 200 /)
  })

  test('a port that the app does not have', async (context) => {
    await needs(context, client, 'tunnel-port')
    const session = await shared()
    expect(await rejection(session.tunnel({ app: await fileServer(session), port: 4321 }))).toMatchObject({
      code: 'ERR_INVALID_REQUEST',
    })
  })

  test('a place at an app proxy, where there is none', async (context) => {
    await needs(context, client, 'session-start-service')
    const session = await shared()
    const error = await rejection(session.startService(await fileServer(session)))
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ status: 503 })
    expect(await rejection(session.openApp(await fileServer(session)))).toMatchObject({ code: 'ERR_CONFIG' })
  })

  test('a signal ends a tunnel', async () => {
    const session = await shared()
    const controller = new AbortController()
    const tunnel = await session.tunnel(await fileServer(session), { signal: controller.signal })
    const reading = rejection(readAll(tunnel))
    const reason = new Error('left')
    controller.abort(reason)
    expect(await reading).toBe(reason)
    await tunnel.closed
  })
})
