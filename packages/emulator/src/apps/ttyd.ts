/**
 * `ttyd`: a terminal in a page. As the recorded sessions have it, all connections share one terminal (there a tmux),
 * which goes on without them and shows its last output to those who come later. Its protocol as seen of ttyd 1.7.7.
 */
import { isObject, parseJson } from '../formats/json.ts'
import { SharedTerminal } from '../terminal/shared-terminal.ts'
import type { TerminalSize } from '../terminal/terminal.ts'
import type { AppPlace } from './app.ts'
import type { AppConnection } from './connection.ts'
import { type AppRequest, concatenate, headOf, readRequest } from './http.ts'
import { page } from './ttyd-page.ts'
import { encodeFrame, FrameError, FrameReader, type Message } from './web-socket-frames.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** First bytes of messages; the server's and the client's have the same meanings only by chance. */
const said = { output: '0', title: '1', preferences: '2' } as const
const asked = { input: 0x30, resize: 0x31, pause: 0x32, resume: 0x33, start: 0x7b } as const

/** Of RFC 6455. */
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export class Ttyd {
  readonly #place: AppPlace
  #terminal: SharedTerminal | undefined

  constructor(place: AppPlace) {
    this.#place = place
  }

  accept(connection: AppConnection): void {
    this.#serve(connection).catch(() => connection.close())
  }

  async stop(): Promise<void> {
    await this.#terminal?.stop()
  }

  /** A new one after the shell has ended. */
  terminal(): SharedTerminal {
    const { terminals, timers, home, environment } = this.#place
    if (!this.#terminal || this.#terminal.isOver) {
      this.#terminal = new SharedTerminal({
        start: terminals,
        timers,
        home,
        environment,
        restarts: false,
        remembers: true,
      })
    }
    return this.#terminal
  }

  async #serve(connection: AppConnection): Promise<void> {
    const request = await readRequest(connection)
    if (!request) return connection.close()
    const path = request.target.replace(/\?.*$/, '')
    if (path === '/ws' && request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
      return upgrade(request, connection, this)
    }
    const [status, type, text] =
      path === '/'
        ? ['200 OK', 'text/html', page]
        : path === '/token'
          ? ['200 OK', 'application/json;charset=utf-8', '{"token": ""}']
          : ['404 Not Found', 'text/html', '<html><body><h1>404</h1></body></html>']
    const body = encoder.encode(text)
    const headers = { server: 'ttyd/1.7.7', 'content-type': type, 'content-length': body.length, connection: 'close' }
    connection.write(headOf(`HTTP/1.1 ${status}`, headers))
    if (request.method !== 'HEAD') connection.write(body)
    connection.close()
  }
}

async function upgrade(request: AppRequest, connection: AppConnection, ttyd: Ttyd): Promise<void> {
  const key = request.headers.get('sec-websocket-key') ?? ''
  const digest = await crypto.subtle.digest('SHA-1', encoder.encode(key + handshakeGuid))
  const protocols = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim())
  connection.write(
    headOf('HTTP/1.1 101 Switching Protocols', {
      Upgrade: 'WebSocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': btoa(String.fromCharCode(...new Uint8Array(digest))),
      ...(protocols.includes('tty') ? { 'Sec-WebSocket-Protocol': 'tty' } : {}),
    }),
  )
  new Client(connection, ttyd).take(request.rest)
}

class Client {
  readonly #connection: AppConnection
  readonly #ttyd: Ttyd
  readonly #reader = new FrameReader()
  #terminal: SharedTerminal | undefined
  #detach = (): void => {}
  /** The connection takes no more. */
  #isFull = false
  /** The client said so. */
  #isHeld = false
  #isOver = false

  constructor(connection: AppConnection, ttyd: Ttyd) {
    this.#connection = connection
    this.#ttyd = ttyd
    connection.ondata = (bytes) => this.take(bytes)
    connection.ondrain = () => (this.#isFull = false)
    connection.onend = () => this.#end()
  }

  take(bytes: Uint8Array): void {
    try {
      for (const message of this.#reader.push(bytes)) this.#hear(message)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#close(error.code)
    }
    if (!this.#isOver) this.#connection.resume()
  }

  #hear({ opcode, data }: Message): void {
    if (this.#isOver) return
    if (opcode === 'close') return this.#close(1000)
    if (opcode === 'ping') return this.#send('pong', data)
    if (opcode === 'pong' || data.length === 0) return
    const [kind = 0] = data
    const rest = data.subarray(1)
    switch (kind) {
      case asked.start:
        return this.#start(readSize(data))
      case asked.input:
        return void this.#terminal?.write(rest)
      case asked.resize: {
        const size = readSize(rest)
        if (size) void this.#terminal?.resize(size)
        return
      }
      case asked.pause:
        this.#isHeld = true
        return
      case asked.resume:
        this.#isHeld = false
        return
      default:
    }
  }

  #start(size: TerminalSize | null): void {
    if (this.#terminal) return
    const terminal = (this.#terminal = this.#ttyd.terminal())
    this.#say(said.title, encoder.encode('/bin/bash (main1)'))
    this.#say(said.preferences, encoder.encode('{ }'))
    if (size) void terminal.resize(size)
    const isBehind = (): boolean => this.#isFull || this.#isHeld
    this.#detach = terminal.attach({
      get bufferedAmount() {
        return isBehind() ? Infinity : 0
      },
      show: (bytes) => this.#say(said.output, bytes),
      over: () => this.#close(1000),
    })
  }

  #say(kind: string, bytes: Uint8Array): void {
    this.#send('binary', concatenate(encoder.encode(kind), bytes))
  }

  #send(opcode: Message['opcode'], data: Uint8Array): void {
    if (!this.#connection.write(encodeFrame(opcode, data))) this.#isFull = true
  }

  #close(code: number): void {
    if (this.#isOver) return
    this.#send('close', new Uint8Array([code >> 8, code & 0xff]))
    this.#end()
    this.#connection.close()
  }

  #end(): void {
    this.#isOver = true
    this.#detach()
  }
}

function readSize(bytes: Uint8Array): TerminalSize | null {
  const message = parseJson(decoder.decode(bytes))?.value
  if (!isObject(message)) return null
  const { rows, columns } = message
  const isSize = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 65_536
  return isSize(rows) && isSize(columns) ? { rows, cols: columns } : null
}
