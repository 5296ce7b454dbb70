/* oxlint-disable unicorn/prefer-add-event-listener -- the handler properties are part of what is tested */
/** Execute streams: in process, and on a real socket with `ws`. */
import { afterEach, describe, expect, test } from 'vitest'

import { closePlaces, place, refusalOf, type Socket } from '../testing-sockets.ts'
import { callerOf, endpoint, playing, signedHeaders, userOf } from '../testing.ts'

afterEach(closePlaces)

interface Message {
  status: string
  console?: unknown[]
  msg?: string
  exitCode?: number | null
}

/** All that is said until the socket closes. */
function talk(
  socket: Socket,
  first: string | Uint8Array,
  answers: (string | Uint8Array)[] = [],
): Promise<{ said: Message[]; code: number }> {
  return new Promise((resolve, reject) => {
    const said: Message[] = []
    socket.on('open', () => socket.send(first))
    socket.on('error', reject)
    socket.on('message', (data, isBinary) => {
      expect(isBinary).toBe(false)
      const message = JSON.parse(new TextDecoder().decode(data)) as Message
      if (message.status !== 'continued' || (message.console?.length ?? 0) > 0) said.push(message)
      const answer = message.status === 'waiting-input' ? answers.shift() : undefined
      if (answer !== undefined) socket.send(answer)
    })
    socket.on('close', (code) => resolve({ said, code }))
  })
}

const query = (code: string): string => JSON.stringify({ mode: 'query', code, options: {} })
const path = '/stream/session/streams/execute'

describe.each(['in process', 'on a socket'] as const)('execute %s', (where) => {
  test('a run with input', async () => {
    const { open } = await place(where)
    const { said, code } = await talk(await open(path), query('print one\nask name? '), ['bob'])
    expect(code).toBe(1000)
    expect(said).toEqual([
      {
        status: 'waiting-input',
        console: [['stdout', 'one\nname? ']],
        exitCode: null,
        options: { is_password: false },
        files: [],
      },
      { status: 'finished', console: [['stdout', 'got bob\n']], exitCode: 0, options: null, files: [] },
    ])
  })

  test('a batch needs no "continue"', async () => {
    const { open } = await place(where)
    const message = { mode: 'batch', code: '', options: { build: 'print built', exec: 'exit 3' } }
    const { said } = await talk(await open(path), JSON.stringify(message))
    expect(said.map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['clean-finished', 0],
      ['build-finished', 0],
      ['finished', 3],
    ])
  })

  test('silence says "continued" five times a second', async () => {
    const { open } = await place(where)
    const socket = await open(path)
    let continued = 0
    socket.on('message', (data) => {
      if (new TextDecoder().decode(data).includes('"continued"')) continued += 1
    })
    await talk(socket, query('sleep 700'))
    expect(continued).toBeGreaterThanOrEqual(2)
    expect(continued).toBeLessThanOrEqual(4)
  })

  test.each([
    ['nope', "Invalid API parameters: JSONDecodeError('Expecting value: line 1 column 1 (char 0)')"],
    [
      '{"mode":"zzz","code":"1"}',
      'BackendError: <InvalidStreamMode(400): Invalid or missing stream mode parameter. (mode has an invalid value.)>',
    ],
    [
      '{"code":"1"}',
      'BackendError: <InvalidStreamMode(400): Invalid or missing stream mode parameter. (mode is missing or empty!)>',
    ],
  ])('a first message that is wrong: %s', async (first, msg) => {
    const { open } = await place(where)
    expect(await talk(await open(path), first)).toEqual({ said: [{ status: 'error', msg }], code: 1000 })
  })

  test.each(['[1]', new TextEncoder().encode(query('print x'))])('or that ends it without a word', async (first) => {
    const { open } = await place(where)
    expect(await talk(await open(path), first)).toEqual({ said: [], code: 1000 })
  })

  test('a client that goes away interrupts its code, not the session', async () => {
    const { open } = await place(where)
    const socket = await open(path)
    socket.on('open', () => socket.send(query('hang')))
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.terminate()
    const { said } = await talk(await open(path), query('print free again'))
    expect(said).toMatchObject([{ status: 'finished', console: [['stdout', 'free again\n']] }])
  })

  test('a binary answer ends the run', async () => {
    const { open } = await place(where)
    const { said, code } = await talk(await open(path), query('ask name? '), [new Uint8Array([1])])
    expect([said.length, code]).toEqual([1, 1000])
    expect((await talk(await open(path), query('print next'))).said).toMatchObject([{ status: 'finished' }])
  })

  test.each([
    ['23.09', { status: 'server-restarting' }],
    ['26.9', { status: 'error', msg: expect.stringContaining('SessionNotFound(404)') as string }],
  ] as const)('the end of the session on %s', async (profile, last) => {
    const { open, emulator } = await place(where, { profile })
    const socket = await open(path)
    const talking = talk(socket, query('hang'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await callerOf(emulator)('DELETE', '/session/streams')
    expect(await talking).toMatchObject({ said: [last], code: 1000 })
  })

  test('a refusal has its status and its document', async () => {
    const { open } = await place(where)
    const socket = await open('/stream/session/unknown/execute')
    const { status, text } = await refusalOf(socket)
    expect(status).toBe(404)
    expect(JSON.parse(text)).toMatchObject({ type: 'https://api.backend.ai/probs/entity-not-found' })
  })

  test('a refusal that nobody reads is an error', async () => {
    const { open } = await place(where)
    const socket = await open('/stream/session/unknown/execute')
    const error = await new Promise<Error>((resolve) => socket.on('error', resolve))
    expect(error.message).toContain('404')
  })
})

test('the face of browsers', async () => {
  const { emulator } = await place('in process')
  const url = new URL(`${endpoint}${path}`)
  const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url, { contentType: null })
  const socket = new emulator.WebSocket(url.href.replace('http', 'ws'), null, { headers })
  expect(socket.readyState).toBe(emulator.WebSocket.CONNECTING)
  const events: string[] = []
  for (const name of ['open', 'message', 'close']) socket.addEventListener(name, () => events.push(name))
  socket.onopen = () => socket.send(query('print hello'))
  const message = await new Promise<MessageEvent>((resolve) => (socket.onmessage = resolve))
  const { code, wasClean } = await new Promise<CloseEvent>((resolve) => (socket.onclose = resolve))
  expect(JSON.parse(message.data as string)).toMatchObject({ status: 'finished' })
  expect([code, wasClean, socket.readyState]).toEqual([1000, true, emulator.WebSocket.CLOSED])
  expect(events).toEqual(['open', 'message', 'close'])
})

test('a reader that is slow stops the writer, and gets all', async () => {
  const { emulator } = await place('in process', {
    ...playing((_code, io) => {
      for (let line = 0; line < 300; line += 1) io.stdout('x'.repeat(10_000))
      return 0
    }),
  })
  const url = new URL(`${endpoint}${path}`)
  const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url, { contentType: null })
  const handler = await emulator.upgrade(new Request(url, { headers }))
  if (handler instanceof Response) throw new Error('Refused.')
  let sent = 0
  const socket = {
    bufferedAmount: 2 * 1024 * 1024,
    onmessage: null as ((data: string | Uint8Array) => void) | null,
    onclose: null,
    send(data: string | Uint8Array) {
      sent += data.length
    },
    close: () => {},
    terminate: () => {},
    pause: () => {},
    sendRaw: () => {},
    mute: () => {},
    resume: () => {},
  }
  handler(socket)
  socket.onmessage?.(query('x'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(sent).toBeGreaterThan(3_000_000)
})
