/* oxlint-disable vitest/no-conditional-expect -- what is compared depends on the kind of recording */
/**
 * Exchanges that were recorded from real clusters, replayed as they are: with the recorded headers, signatures, targets
 * and dates. What comes back is compared with what came back then; only what must differ is made alike first.
 */
import { afterAll, describe, expect, test, vi } from 'vitest'

import { readRecording, type Exchange } from '../../../conformance/recordings.ts'
import recordings from '../fixtures/recordings.json' with { type: 'json' }
import { parseDate } from './dates.ts'
import { createEmulator, type Emulator, type ProfileName } from './index.ts'
import { parseJson } from './json.ts'
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

/** The recorded server's own time. */
const timeOf = ({ answerHeaders }: Exchange): number => parseDate(answerHeaders.get('Date') ?? '')?.time ?? Number.NaN

/** One emulated cluster for all recordings of a release, whose clock shows the time of the recording. */
class Replay {
  now = Date.UTC(2026, 10, 25, 4, 41)
  readonly emulator: Emulator
  /** Recorded ids of sessions → ours. */
  readonly ids = new Map<string, string>()

  constructor(profile: ProfileName) {
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
  }

  #translate(text: string): string {
    return [...this.ids].reduce((sum, [theirs, ours]) => sum.replaceAll(theirs, ours), text)
  }

  async run(exchange: Exchange): Promise<{ status: number; headers: Headers; body: unknown }> {
    this.now = timeOf(exchange)
    const headers = new Headers(
      exchange.headers.filter(([name]) => !/^(host|content-length|connection|upgrade|sec-)/i.test(name)),
    )
    const host = new Headers(exchange.headers).get('Host') ?? ''
    const hasBody = exchange.body !== null && exchange.method !== 'GET'
    const request = new Request(`http://${host}${this.#translate(exchange.target)}`, {
      method: exchange.method,
      headers,
      ...(hasBody ? { body: this.#translate(exchange.body ?? '') } : {}),
    })
    const bindings = { rawTarget: exchange.target, host }
    const response = await this.emulator.fetch(request, bindings)
    const text = await response.text()
    const body = parseJson(text)?.value ?? (text || null)
    const theirs = idOf(exchange.answer)
    const ours = idOf(body)
    if (theirs !== undefined && ours !== undefined) this.ids.set(theirs, ours)
    return { status: response.status, headers: response.headers, body }
  }

  /** Sends the recorded client frames as the recorded server asked for them. */
  async stream(exchange: Exchange): Promise<string[]> {
    this.now = timeOf(exchange)
    const headers = new Headers(
      exchange.headers.filter(([name]) => !/^(host|content-length|connection|upgrade|sec-)/i.test(name)),
    )
    const host = new Headers(exchange.headers).get('Host') ?? ''
    const request = new Request(`http://${host}${this.#translate(exchange.target)}`, { headers })
    const handler = await this.emulator.upgrade(request, { rawTarget: exchange.target, host })
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
function alike(value: unknown, key = ''): unknown {
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
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : []
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shape(item)]))
}

/** How a recording differs for a reason. */
interface Departure {
  /** Keys whose values are another cluster's, at any depth. */
  values?: readonly string[]
  /** Keys of items that the recording lacks. */
  drops?: readonly string[]
  /** Keys and types only. */
  shapeOnly?: true
  before?: (replay: Replay) => Promise<void>
}

function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, keys.includes(name) ? '<other>' : without(item, keys)]),
  )
}

/** A list whose items lack some keys. */
const dropped = (value: unknown, keys: readonly string[]): unknown =>
  Array.isArray(value) && keys.length > 0
    ? value.map((item: object) => Object.fromEntries(Object.entries(item).filter(([name]) => !keys.includes(name))))
    : value

const until =
  (statuses: RegExp) =>
  ({ emulator }: Replay): Promise<void> =>
    vi.waitFor(() => {
      const others = [...emulator.sessions.all()].filter(({ status }) => !statuses.test(status))
      if (others.length > 0) throw new Error(`Sessions are ${others.map(({ status }) => status).join()}.`)
    })
/** No session is on its way from one status to another. */
const settle = until(/^(PENDING|RUNNING|TERMINATED|CANCELLED|ERROR)$/)
const end = until(/^(TERMINATED|CANCELLED|ERROR)$/)
const ports = { values: ['servicePorts', 'service_ports'] }
const names = { values: ['id', 'service_addr'] }
const console = { values: ['console'] }

const departures: Readonly<Record<string, Readonly<Record<string, Departure>>>> = {
  '23.9': {
    '002': names,
    '403': names,
    '012': {},
    '045': ports,
    '046': ports,
    '195': ports,
    '062': { values: ['lastStat'] },
    // The jupyter of the recorded images is a small program that answers in its place.
    '070': { values: ['allowed_arguments', 'allowed_envs'] },
    '073': console,
    '142': console,
    // The emulator measures no CPU time.
    '164': { values: ['stats'] },
    '196': { values: ['stats'] },
    '166': { values: ['logs'] },
    '178': { before: settle },
    '183': { shapeOnly: true },
    '184': { values: ['mem', 'shared_memory'] },
    '322': { shapeOnly: true },
    '324': { values: ['description'] },
    '320': { values: ['allowed_vfolder_hosts'] },
  },
  '26.9': {
    '006': ports,
    // Another session of that name had ended before.
    '010': { shapeOnly: true },
    '056': { before: settle },
    '007': ports,
    '012': console,
    // The recorded agent tells nothing of the definitions of apps, which those with containers do.
    '041': { drops: ['url_template', 'allowed_arguments', 'allowed_envs'] },
    '116': names,
    '119': { values: ['id', 'available_slots'], before: settle },
    '120': { shapeOnly: true },
    '121': { shapeOnly: true },
    '122': { shapeOnly: true },
    '123': { values: ['allowed_vfolder_hosts'] },
    '124': { shapeOnly: true },
    '127': { values: ['allowed_vfolder_hosts', 'idle_timeout'] },
    // The emulator's presets are those of the other cluster.
    '132': { shapeOnly: true },
    '133': { values: ['presets', 'mem', 'cpu'] },
    '142': { shapeOnly: true, before: end },
    '008': { values: ['occupiedSlots'] },
    '034': {},
  },
}

const isStream = ({ status }: Exchange): boolean => status === 101

describe.each([
  ['23.9', '23.09'],
  ['26.9', '26.9'],
] as const)('recordings of %s', (folder, profile) => {
  const replay = new Replay(profile)
  afterAll(() => replay.emulator.stop())

  test.each(recordings[folder])('%s', async (file) => {
    const departure = departures[folder]?.[file.slice(0, 3)] ?? {}
    await departure.before?.(replay)
    for (const exchange of readRecording(folder, file)) {
      if (isStream(exchange)) {
        const sent = (await replay.stream(exchange)).map(
          (text) => JSON.parse(text) as { status: string; console: unknown[] },
        )
        const recorded = exchange.frames
          .filter(({ from }) => from === 'server')
          .map(({ text }) => JSON.parse(text) as { status: string; console: unknown[] })
        // How often "continued" comes depends on the time that code takes.
        const said = (messages: typeof sent) => messages.filter(({ status }) => status !== 'continued')
        const keys = departure.values ?? []
        expect(without(alike(said(sent)), keys)).toEqual(without(alike(said(recorded)), keys))
        continue
      }
      const answer = await replay.run(exchange)
      expect(answer.status).toBe(exchange.status)
      const keys = departure.values ?? []
      if (departure.shapeOnly) expect(shape(answer.body)).toEqual(shape(exchange.answer))
      else
        expect(without(alike(dropped(answer.body, departure.drops ?? [])), keys)).toEqual(
          without(alike(exchange.answer), keys),
        )
      for (const name of [
        'Content-Type',
        'Server',
        'Allow',
        'Access-Control-Allow-Origin',
        'Access-Control-Allow-Methods',
      ]) {
        if (exchange.answerHeaders.has(name) && exchange.answer !== null) {
          expect(`${name}: ${answer.headers.get(name)}`).toBe(`${name}: ${exchange.answerHeaders.get(name)}`)
        }
      }
      for (const name of ['X-RateLimit-Limit', 'X-RateLimit-Window', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']) {
        expect(`${name} ${answer.headers.has(name)}`).toBe(`${name} ${exchange.answerHeaders.has(name)}`)
      }
    }
  })
})
