/** Apps and tunnels to them: in process and on a real socket. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterEach, describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'

import { RefusedError } from '../apps/app.ts'
import { pageHost } from '../apps/page-host.ts'
import { encodeFrame } from '../apps/web-socket-frames.ts'
import type { Emulator, EmulatorOptions, ServerSocket } from '../index.ts'
import { closePlaces, place, refusalOf, type Socket } from '../testing-sockets.ts'
import { callerOf, endpoint, signedHeaders, userOf } from '../testing.ts'

afterEach(closePlaces)

const stream = '/stream/session/streams'
const echo: EmulatorOptions = { profile: '23.09' }

/** Bytes go in and come out. */
class Pipe {
  readonly closed: Promise<number>
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []

  static async open(opening: Promise<Socket>): Promise<Pipe> {
    const socket = await opening
    const pipe = new Pipe(socket)
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    return pipe
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('message', (data, isBinary) => {
      if (!isBinary) throw new Error('A text.')
      this.#chunks.push(Buffer.from(data))
    })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get text(): string {
    return this.bytes.toString('latin1')
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.send(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  }

  sendText(text: string): void {
    this.#socket.send(text)
  }

  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.on('pong', resolve)
      this.#socket.ping()
    })
  }

  close(): void {
    this.#socket.close(1000)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  shows(what: string | RegExp): Promise<string> {
    const look = (): string => {
      if (typeof what === 'string' ? this.text.includes(what) : what.test(this.text)) return this.text
      throw new Error(`There is no ${String(what)} in ${this.text.slice(-1000)}`)
    }
    return vi.waitFor(look, { timeout: 10_000, interval: 10 })
  }
}

const homeOf = (emulator: Emulator): string => [...emulator.sessions.all()][0]?.home ?? ''

describe.each(['in process', 'on a socket'] as const)('%s', (where) => {
  describe('a tunnel', () => {
    test('carries bytes both ways, and is closed by the client', async () => {
      const { open } = await place(where, echo)
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=echo`))
      pipe.sendText('text is ignored')
      pipe.send(new Uint8Array([0, 255, 10, 13]))
      await pipe.ping()
      await vi.waitFor(() => expect([...pipe.bytes]).toEqual([0, 255, 10, 13]))
      pipe.close()
      expect(await pipe.closed).toBe(1000)
    })

    test('keeps what is sent before the app is reached, in order', async () => {
      const { open } = await place(where, echo)
      const pipe = await Pipe.open(open(`${stream}/httpproxy?app=echo`))
      for (let index = 0; index < 100; index += 1) pipe.send(`${index},`)
      const all = Array.from({ length: 100 }, (_, index) => `${index},`).join('')
      expect(await pipe.shows('99,')).toBe(all)
    })

    test('brings files of the home, and says 1001 at their end', async () => {
      const { open, emulator } = await place(where)
      await writeFile(join(homeOf(emulator), 'a b.txt'), 'hello\n')
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=webapp`))
      pipe.send('GET /a%20b.txt?x=1 HTTP/1.0\r\n')
      pipe.send('\r\n')
      expect(await pipe.closed).toBe(1001)
      expect(pipe.text).toMatch(
        /^HTTP\/1\.0 200 OK\r\n[^]*Content-type: text\/plain\r\nContent-Length: 6\r\n\r\nhello\n$/,
      )
    })

    test.each([
      ['GET / HTTP/1.0\r\n\r\n', /200 OK[^]*Directory listing for \/<[^]*<a href="main\.py">main\.py</],
      ['HEAD /main.py HTTP/1.0\r\n\r\n', /200 OK[^]*Content-Length: 0\r\n\r\n$/],
      ['GET /missing HTTP/1.0\r\n\r\n', /404 File not found/],
      ['GET /../../etc/passwd HTTP/1.0\r\n\r\n', /404 File not found/],
      ['GET /%FF HTTP/1.0\r\n\r\n', /404 File not found/],
      ['POST / HTTP/1.0\r\n\r\n', /501 Unsupported method/],
      ['nonsense\r\n\r\n', /^$/],
      [`GET /${'x'.repeat(70_000)}`, /^$/],
    ])('answers %j', async (request, expected) => {
      const { open, emulator } = await place(where)
      await writeFile(join(homeOf(emulator), 'main.py'), '')
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=webapp`))
      pipe.send(request)
      await pipe.closed
      expect(pipe.text).toMatch(expected)
    })

    test('of 23.09 ends without a close frame', async () => {
      const { open } = await place(where, { profile: '23.09' })
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=httpd`))
      pipe.send('GET / HTTP/1.0\r\n\r\n')
      expect(await pipe.closed).toBe(1006)
      expect(pipe.text).toContain('Directory listing')
    })

    test('ends with the session and with the app', async () => {
      const { open, emulator } = await place(where, { images: [withEcho] })
      const call = callerOf(emulator)
      await call('POST', '/session', { name: 'second', image: withEcho.reference })
      const one = await Pipe.open(open('/stream/session/second/tcpproxy?app=echo'))
      expect((await call('POST', '/session/second/shutdown-service?service_name=echo')).status).toBe(204)
      expect(await one.closed).toBe(1001)
      const two = await Pipe.open(open('/stream/session/second/tcpproxy?app=echo'))
      two.send('again')
      await two.shows('again')
      await call('DELETE', '/session/second')
      expect(await two.closed).toBe(1001)
    })

    test.each([
      ['app=nope', '26.9', 404, 'streams:nope'],
      ['app=ipython', '26.9', 404, 'streams:ipython'],
      ['app=webapp&port=8001', '26.9', 400, 'Service webapp does not open the port number 8001.'],
      ['app=webapp&port=80', '26.9', 400, 'Input should be greater than or equal to 1024'],
      ['service=webapp', '26.9', 400, 'Field required'],
      ['app=webapp&arguments=%7Bbad', '26.9', 500, 'internal-server-error'],
      ['app=webapp&arguments=%7B%22--evil%22:1%7D', '26.9', 500, "DisallowedArgument('Argument --evil not allowed"],
      ['app=webapp&envs=%7B%22EVIL%22:%221%22%7D', '26.9', 500, 'DisallowedEnvironment('],
      ['', '23.09', 400, '"app": "is required"'],
      ['app=httpd&foo=1', '23.09', 400, 'foo is not allowed key'],
      ['app=httpd&port=8100', '23.09', 400, 'Service httpd does not open the port number 8100.'],
      ['app=httpd&arguments=%7B%22--evil%22:1%7D', '20.09', 500, 'Failed to launch the app service'],
    ] as const)('with %j on %s is refused with %i', async (query, profile, status, text) => {
      const { open } = await place(where, { profile })
      const refusal = await refusalOf(await open(`${stream}/tcpproxy?${query}`))
      expect(refusal.status).toBe(status)
      expect(refusal.text).toContain(text)
    })

    test.each([
      ['app=webapp&port=8000', '26.9'],
      ['app=webapp&foo=1', '26.9'],
      ['service=httpd', '23.09'],
      ['app=webapp&arguments=%7B%22--directory%22:%22sub%22%7D&envs=%7B%22WEBAPP_COLOR%22:%22red%22%7D', '26.9'],
    ] as const)('with %j on %s is let in', async (query, profile) => {
      const { open } = await place(where, { profile })
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?${query}`))
      pipe.send('GET /sub HTTP/1.0\r\n\r\n')
      await pipe.closed
      expect(pipe.text).toContain('404 File not found')
    })
  })

  describe('ttyd', () => {
    const start = '{"AuthToken":"","columns":90,"rows":20}'
    const handshake = [
      'GET /ws HTTP/1.1',
      'Host: app',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: tty',
      '\r\n',
    ].join('\r\n')

    test('has a page', async () => {
      const { open } = await place(where)
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=ttyd`))
      pipe.send('GET / HTTP/1.1\r\nHost: app\r\n\r\n')
      await pipe.closed
      expect(pipe.text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*<title>ttyd - Terminal<\/title>/)
    })

    test('is a terminal that outlives its connections', async () => {
      const { open } = await place(where)
      const first = await Pipe.open(open(`${stream}/tcpproxy?app=ttyd`))
      first.send(handshake)
      await first.shows(/Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\nSec-WebSocket-Protocol: tty\r\n\r\n$/)
      first.send(masked(start))
      await first.shows(/1\/bin\/bash \(main1\)[^]*2\{ \}[^]*0[^]*\$ $/)
      first.send(masked('0stty size; echo here-$((1+2))\r'))
      await first.shows('20 90\r\n')
      await first.shows('here-3\r\n')
      first.send(masked('1{"columns":100,"rows":33}'))
      first.send(masked('0stty size\r'))
      await first.shows('33 100\r\n')
      first.terminate()
      const second = await Pipe.open(open(`${stream}/tcpproxy?app=ttyd`))
      second.send(Buffer.concat([Buffer.from(handshake), masked(start)]))
      await second.shows('here-3\r\n')
      second.send(masked('ping', 0x89))
      await second.shows(String.fromCharCode(0x8a, 4) + 'ping')
      second.send(masked('0exit\r'))
      await second.shows(/\u0088\u0002\u0003\u00E8$/)
      expect(await second.closed).toBe(1001)
      const third = await Pipe.open(open(`${stream}/tcpproxy?app=ttyd`))
      third.send(Buffer.concat([Buffer.from(handshake), masked(start)]))
      expect(await third.shows(/\$ $/)).not.toContain('here-3')
    })

    test('closes on frames that are none', async () => {
      const { open } = await place(where)
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=ttyd`))
      pipe.send(handshake)
      pipe.send(encodeFrame('binary', Buffer.from('0unmasked')))
      expect(await pipe.shows(/\u0088\u0002\u0003\u00EA$/)).toContain('101')
      expect(await pipe.closed).toBe(1001)
    })
  })
})

const withEcho = { reference: 'cr.backend.ai/test/echo:1', language: 'python', servicePorts: 'echo:tcp:8200' }

/** As a client sends it. */
function masked(text: string, first = 0x82): Buffer {
  const data = Buffer.from(text)
  const mask = [1, 2, 3, 4]
  return Buffer.from([first, 0x80 | data.length, ...mask, ...data.map((byte, index) => byte ^ (mask[index & 3] ?? 0))])
}

test('a port that the user opens is reached where somebody listens, else 1013', async () => {
  const server = createServer((socket) => socket.end('welcome'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { open, emulator } = await place('on a socket')
  await callerOf(emulator)('POST', '/session', { name: 'open', image: 'python', config: { preopen_ports: [port] } })
  const path = `/stream/session/open/tcpproxy?app=${port}`
  const pipe = await Pipe.open(open(path))
  expect([await pipe.closed, pipe.text]).toEqual([1001, 'welcome'])
  await new Promise((resolve) => server.close(resolve))
  expect(await (await Pipe.open(open(path))).closed).toBe(1013)
})

test.each(['sshd', 'jupyterlab'])('%s runs where the machine has it, else the launch fails', async (app) => {
  const { open } = await place('on a socket')
  const socket = await open(`${stream}/tcpproxy?app=${app}`)
  const outcome = await Promise.race([
    refusalOf(socket),
    new Promise<'open'>((resolve) => socket.on('open', () => resolve('open'))),
  ])
  if (outcome === 'open') return
  expect(outcome.status).toBe(500)
  expect(outcome.text).toContain('the executable file is not found: ')
})

test('a session has its apps in a page, too', async () => {
  const app = await pageHost.serve((connection) => {
    connection.resume()
    connection.write(Buffer.from('hello'))
    connection.close()
  })
  const connection = await app.connect()
  const heard: string[] = []
  await new Promise<void>((resolve) => {
    connection.ondata = (bytes) => heard.push(Buffer.from(bytes).toString())
    connection.onend = resolve
    connection.resume()
  })
  expect(heard).toEqual(['hello'])
  await app.stop()
  await expect(app.connect()).rejects.toBeInstanceOf(RefusedError)
})

test('50 connections at once bring 100 MB whole', async () => {
  const { open, emulator } = await place('on a socket')
  const size = 2_000_000
  const bytes = Buffer.alloc(size, 'some bytes that are not all the same, 0123456789\n')
  await writeFile(join(homeOf(emulator), 'big'), bytes)
  const expected = createHash('sha256').update(bytes).digest('hex')
  const sums = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const pipe = await Pipe.open(open(`${stream}/tcpproxy?app=webapp`))
      pipe.send('GET /big HTTP/1.0\r\n\r\n')
      await pipe.closed
      const all = pipe.bytes
      return createHash('sha256')
        .update(all.subarray(all.indexOf('\r\n\r\n') + 4))
        .digest('hex')
    }),
  )
  expect(new Set(sums)).toEqual(new Set([expected]))
}, 60_000)

test('a client that does not read holds the app back, and then gets all', async () => {
  const { emulator } = await place('in process')
  const size = 30_000_000
  await writeFile(join(homeOf(emulator), 'big'), Buffer.alloc(size))
  const url = new URL(`${endpoint}${stream}/tcpproxy?app=webapp`)
  const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url, { contentType: null })
  const handler = await emulator.upgrade(new Request(url, { headers }))
  if (handler instanceof Response) throw new Error('Refused.')
  let sent = 0
  let read = 0
  const closed = new Promise<number | undefined>((resolve) => {
    const socket: ServerSocket = {
      onmessage: null,
      onclose: null,
      get bufferedAmount() {
        return sent - read
      },
      send: (data) => (sent += data.length),
      close: resolve,
      terminate: () => {},
      pause: () => {},
      sendRaw: () => {},
      mute: () => {},
      resume: () => socket.onmessage?.(Buffer.from('GET /big HTTP/1.0\r\n\r\n')),
    }
    handler(socket)
  })
  await vi.waitFor(() => expect(sent).toBeGreaterThan(1024 * 1024))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(sent).toBeLessThan(2 * 1024 * 1024)
  read = Infinity
  expect(await closed).toBe(1001)
  expect(sent).toBeGreaterThan(size)
})

test.each(['tcpproxy?app=webapp', 'pty'])('a client that never reads keeps nothing from ending: %s', async (path) => {
  const { open, emulator } = await place('on a socket')
  await writeFile(join(homeOf(emulator), 'big'), Buffer.alloc(30_000_000))
  const socket = (await open(`${stream}/${path}`)) as WebSocket
  await new Promise<void>((resolve) => socket.on('open', resolve))
  socket.pause()
  socket.send(
    path === 'pty' ? JSON.stringify({ type: 'stdin', chars: btoa('yes\r') }) : Buffer.from('GET /big HTTP/1.0\r\n\r\n'),
  )
  // Until it is held back.
  await new Promise((resolve) => setTimeout(resolve, 300))
  await emulator.stop()
  expect([...emulator.sessions.all()].map(({ status }) => status)).toEqual(['TERMINATED'])
})
