/** Recorded exchanges, sent to an emulated cluster as they were; what comes back is made alike where it must differ. */
import type { Exchange } from '../../../conformance/recordings.ts'
import { parseDate } from './formats/dates.ts'
import { parseJson } from './formats/json.ts'
import { createEmulator, type Emulator, type ProfileName } from './index.ts'
import type { Script } from './kernel/scripted.ts'
import { playing } from './testing.ts'

const users = [
  ['admin@lablup.com', 'superadmin', 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUt'],
  ['domain-admin@lablup.com', 'admin', 'AKIAHUKCHDEZGEXAMPLE', 'cWbsM_vBB4CzTW7JdORRMx8SjGI3-wEXAMPLEKEY', 'cWbsM_vB'],
  ['user@lablup.com', 'user', 'AKIANABBDUSEREXAMPLE', 'C8qnIo29EZvXkPK_MXcuAakYTy4NYrxwmCEyNPlf', 'C8qnIo29'],
  ['user2@lablup.com', 'user', 'AKIANATWOUSEREXAMPLE', 'P7oxTDdzHbEpUSs5v7r7EWj9yKstp8VpZ7SEyA-g', 'P7oxTDdz'],
  ['monitor@lablup.com', 'monitor', 'AKIANAMONITOREXAMPLE', '7tuEwF1J7FfK41vOM4uSSyWCUWjPBolpVwvgkSBu', '7tuEwF1J'],
] as const

/** What the recorded programs did, without a Python. */
const script: Script = async (code, io) => {
  const printed = /^print\('((?:[^'\\]|\\.)*)'\)$/.exec(code)?.[1]
  if (printed !== undefined) io.stdout(`${printed.replaceAll(String.raw`\x1b`, '\u001B')}\n`)
  if (/^print\(\d+\)$/.test(code)) io.stdout(`${code.slice(6, -1)}\n`)
  if (code === '1+2') io.stdout('3')
  if (code.startsWith('for i in range(3): print(i)')) io.stdout('0\n1\n2\n')
  if (code.includes('raise ValueError')) {
    if (code.includes("print('out')")) io.stdout('out\n')
    io.stderr('err\nTraceback')
    return 1
  }
  if (code.includes("input('name? ')")) io.stdout(`hi ${await io.input('name? ')}\n`)
  if (code.includes("input('your name? ')")) io.stdout(`hi ${await io.input('your name? ')}\n`)
  if (code.includes("input('? ')") || code.includes("input('? '))")) io.stdout(`${await io.input('? ')}\n`)
  if (code.includes("input('q? ')")) {
    io.stdout('0\n1\n2\n')
    io.stdout(`got ${await io.input('q? ')}\n`)
  }
  if (code.includes('getpass')) io.stdout(`${(await io.input('pw? ', { isPassword: true })).length}\n`)
  if (code.includes('display(SVG')) io.media('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  if (code.startsWith('sleep 0.7; echo built')) io.stdout('built\n')
  if (code === 'echo building') io.stdout('building\n')
  if (code.includes('python main.py a b')) {
    if (code.startsWith('sleep')) io.stdout("batch says hi ['a', 'b']\n")
    else {
      io.stderr('batch err\n')
      io.stdout("batch out ['a', 'b']\n")
      return 3
    }
  }
  if (code === 'python main.py') {
    io.stderr('batch err\n')
    io.stdout('batch out []\n')
    return 3
  }
  if (code.includes('python main.py x')) io.stdout("batch says hi ['x']\n")
  const exit = /exit (\d)$/.exec(code)?.[1]
  return Number(exit ?? 0)
}

/** Of a session or a run. */
function idOf(answer: unknown): string | undefined {
  const { sessionId, result } = (answer ?? {}) as { sessionId?: string; result?: { runId?: string } }
  return sessionId ?? result?.runId
}

/** Of a login, which the webserver tells by its cookie. */
const loginOf = (headers: Headers): string | undefined =>
  /AIOHTTP_SESSION=([\da-f]{32})/.exec(headers.get('Set-Cookie') ?? '')?.[1]

const isId = (text: string): boolean => /^[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}$/.test(text)
const dashed = (id: string): string =>
  id.includes('-') ? id : id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The recorded server's own time. */
const timeOf = ({ answerHeaders }: Exchange): number => parseDate(answerHeaders.get('Date') ?? '')?.time ?? Number.NaN

/** One emulated cluster for all recordings of a release, whose clock shows the time of the recording. */
export class Replay {
  now = Date.UTC(2026, 10, 25, 4, 41)
  readonly emulator: Emulator
  /** Recorded ids of sessions and logins → ours. */
  readonly ids = new Map<string, string>()
  readonly #side: Pick<Emulator, 'fetch' | 'upgrade'>

  constructor(profile: ProfileName, side: 'manager' | 'webserver' = 'manager') {
    this.emulator = createEmulator({
      profile,
      clock: () => this.now,
      users: users.map(([email, role, accessKey, secretKey, password]) => ({
        email,
        role,
        accessKey,
        secretKey,
        password,
      })),
      ...playing(script),
    })
    this.#side = side === 'manager' ? this.emulator : this.emulator.webserver
  }

  #translate(text: string): string {
    return [...this.ids].reduce((sum, [theirs, ours]) => sum.replaceAll(theirs, ours), text)
  }

  #headersOf({ headers }: Exchange): Headers {
    const passed = headers.filter(([name]) => !/^(host|content-length|connection|upgrade|sec-)/i.test(name))
    return new Headers(passed.map(([name, value]) => [name, this.#translate(value)]))
  }

  async run(exchange: Exchange): Promise<{ status: number; headers: Headers; body: unknown }> {
    const response = await this.fetch(exchange)
    const text = await response.text()
    const body = parseJson(text)?.value ?? (text || null)
    const theirs = idOf(exchange.answer)
    const ours = idOf(body)
    if (theirs !== undefined && ours !== undefined) this.ids.set(theirs, ours)
    if (exchange.target.startsWith('/folders')) this.#learnIds(exchange.answer, body)
    return { status: response.status, headers: response.headers, body }
  }

  /** Of folders and invitations, which stand at the same place in both answers, with dashes or without. */
  #learnIds(theirs: unknown, ours: unknown): void {
    if (typeof theirs === 'string' && typeof ours === 'string' && isId(theirs) && isId(ours)) {
      this.ids
        .set(dashed(theirs), dashed(ours))
        .set(dashed(theirs).replaceAll('-', ''), dashed(ours).replaceAll('-', ''))
    } else if (typeof theirs === 'object' && theirs !== null && typeof ours === 'object' && ours !== null) {
      const found = ours as Record<string, unknown>
      for (const [key, value] of Object.entries(theirs)) this.#learnIds(value, found[key])
    }
  }

  /** The answer, not read yet. */
  async fetch(exchange: Exchange): Promise<Response> {
    this.now = timeOf(exchange)
    const headers = this.#headersOf(exchange)
    const host = new Headers(exchange.headers).get('Host') ?? ''
    const hasBody = exchange.body !== null && exchange.method !== 'GET'
    const request = new Request(`http://${host}${this.#translate(exchange.target)}`, {
      method: exchange.method,
      headers,
      ...(hasBody ? { body: this.#translate(exchange.body ?? '') } : {}),
    })
    // A GET with a body, which no `Request` has.
    const text = exchange.method === 'GET' && exchange.body !== null ? this.#translate(exchange.body) : undefined
    const bindings = { rawTarget: exchange.target, host, ...(text !== undefined && { body: async () => text }) }
    const response = await this.#side.fetch(request, bindings)
    const theirs = loginOf(exchange.answerHeaders)
    const ours = loginOf(response.headers)
    if (theirs !== undefined && ours !== undefined) this.ids.set(theirs, ours)
    return response
  }

  /** Sends the recorded client frames as the recorded server asked for them. */
  async stream(exchange: Exchange): Promise<string[]> {
    this.now = timeOf(exchange)
    const headers = this.#headersOf(exchange)
    const host = new Headers(exchange.headers).get('Host') ?? ''
    const request = new Request(`http://${host}${this.#translate(exchange.target)}`, { headers })
    const handler = await this.#side.upgrade(request, { rawTarget: exchange.target, host })
    if (handler instanceof Response) throw new Error(`Refused with ${handler.status}.`)
    const sent: string[] = []
    const inputs = exchange.frames.filter(({ from }) => from === 'client').map(({ text }) => text)
    await new Promise<void>((resolve) => {
      const socket = {
        bufferedAmount: 0,
        onmessage: null as ((data: string | Uint8Array) => void) | null,
        onclose: null as ((code: number, reason: string) => void) | null,
        send(data: string | Uint8Array) {
          sent.push(String(data))
          if (String(data).includes('waiting-input')) socket.onmessage?.(inputs.shift() ?? '')
        },
        close(code = 1000) {
          socket.onclose?.(code, '')
          resolve()
        },
        terminate: () => {},
        pause: () => {},
        sendRaw: () => {},
        mute: () => {},
        resume: () => {},
      }
      handler(socket)
      socket.onmessage?.(inputs.shift() ?? '')
    })
    return sent
  }
}

const volatile = /^(?:age|active_sessions|retries|size_bytes|rate_limit|concurrency_used|max_containers_per_session)$/

/** Ids, dates, hashes and numbers that change are replaced by what they are. */
export function alike(value: unknown, key = ''): unknown {
  if (typeof value === 'number' && volatile.test(key)) return '<number>'
  if (typeof value === 'string') {
    return value
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<uuid>')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?\+00:00/g, '<date>')
      .replaceAll(/\b[\da-f]{32,64}\b/g, '<hex>')
  }
  if (Array.isArray(value)) return value.map((item) => alike(item, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, alike(item, name)]))
}

/** Keys and types only; of lists the first item. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : []
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shape(item)]))
}

export function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, keys.includes(name) ? '<other>' : without(item, keys)]),
  )
}

/** What a stream of execution says; how often "continued" comes depends on the time that code takes. */
export const said = (texts: readonly string[]): { status: string }[] =>
  texts.map((text) => JSON.parse(text) as { status: string }).filter(({ status }) => status !== 'continued')
