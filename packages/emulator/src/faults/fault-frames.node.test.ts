/** Faults that only sockets have: in process, and on a real one. */
import { afterEach, describe, expect, test } from 'vitest'

import { start as scripted } from '../terminal/scripted.ts'
import { closePlaces, place, refusalOf, type Socket } from '../testing-sockets.ts'
import { callerOf } from '../testing.ts'
import { type GarbageFrame, garbageFrames } from './fault-frames.ts'

afterEach(closePlaces)

const path = '/stream/session/streams/execute'
const query = JSON.stringify({ mode: 'query', code: 'print one', options: {} })

const openOf = (socket: Socket): Promise<void> => new Promise((resolve) => socket.on('open', resolve))
const closeOf = (socket: Socket): Promise<number> => new Promise((resolve) => socket.on('close', resolve))
const errorOf = (socket: Socket): Promise<Error> => new Promise((resolve) => socket.on('error', resolve))
const messageOf = (socket: Socket): Promise<Uint8Array> => new Promise((resolve) => socket.on('message', resolve))

describe.each(['in process', 'on a socket'] as const)('%s', (where) => {
  test('half-open: silent both ways until it is removed, then reset', async () => {
    const { emulator, open } = await place(where)
    const fault = emulator.faults.inject({ kind: 'half-open' })
    const socket = await open(path)
    const heard: string[] = []
    socket.on('pong', () => heard.push('pong'))
    socket.on('message', () => heard.push('message'))
    const closed = closeOf(socket)
    void closed.then(() => heard.push('close'))
    await openOf(socket)
    socket.ping()
    socket.send(query)
    socket.close()
    // Another run is all there and back in the meantime.
    const run = { mode: 'query', code: 'print x', run_id: 'x' }
    expect((await callerOf(emulator)('POST', '/session/streams', run)).body).toMatchObject({
      result: { console: [['stdout', 'x\n']] },
    })
    expect(heard).toEqual([])
    fault.remove()
    expect(await closed).toBe(1006)
    expect(heard).toEqual(['close'])
  })

  test('half-open after a message, and the client gives up', async () => {
    const { emulator, open } = await place(where, { terminals: scripted })
    using fault = emulator.faults.inject({ kind: 'half-open', afterMessages: 1 })
    const socket = await open('/stream/session/streams/pty')
    await messageOf(socket)
    socket.send(JSON.stringify({ type: 'stdin', chars: btoa('echo x\r') }))
    const closed = closeOf(socket)
    socket.terminate()
    expect(await closed).toBe(1006)
    expect(fault.hits).toBe(1)
  })

  test('half-open ends with the emulator', async () => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'half-open' })
    const socket = await open(path)
    await openOf(socket)
    const closed = closeOf(socket)
    await emulator.stop()
    expect(await closed).toBe(1006)
  })

  test.each(garbageFrames)('garbage: %s', async (frame: GarbageFrame) => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'garbage', frame, times: 1 })
    const socket = await open(path)
    const failed = where === 'on a socket' && frame === 'half' ? Promise.resolve() : errorOf(socket)
    const closed = closeOf(socket)
    await failed
    expect(await closed).toBe(1006)
    const next = await open(path)
    await openOf(next)
    next.send(query)
    expect(await closeOf(next)).toBe(1000)
  })

  test('garbage after messages', async () => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'garbage', afterMessages: 1 })
    const socket = await open(path)
    const failed = errorOf(socket)
    await openOf(socket)
    socket.send(query)
    expect(JSON.parse(new TextDecoder().decode(await messageOf(socket)))).toMatchObject({ status: 'finished' })
    expect((await failed).message).toContain('Invalid WebSocket frame')
  })

  test.each([
    [{}, 16 * 1024 * 1024, true],
    [{ bytes: 5, text: true }, 5, false],
  ] as const)('large-message: %o', async (options, size, binary) => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'large-message', ...options })
    const socket = await open(path)
    const [length, isBinary] = await new Promise<[number, boolean]>((resolve) => {
      socket.on('message', (data, isBinary) => resolve([data.length, isBinary]))
    })
    expect([length, isBinary]).toEqual([size, binary])
    // And then it goes on.
    socket.send(query)
    expect(await closeOf(socket)).toBe(1000)
  })

  test.each([401, 404, 429, 500, 503])('an upgrade refused with %i and its document', async (status) => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'status', status, retryAfter: 7, match: { upgrade: true } })
    const refusal = await refusalOf(await open(path))
    expect(refusal).toMatchObject({ status, headers: { 'retry-after': '7' } })
    expect(JSON.parse(refusal.text)).toMatchObject({
      type: expect.stringContaining('https://api.backend.ai/probs/') as string,
    })
  })

  test('an upgrade refused with the page of a proxy', async () => {
    const { emulator, open } = await place(where)
    emulator.faults.inject({ kind: 'page', match: { upgrade: true } })
    const refusal = await refusalOf(await open(path))
    expect(refusal).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } })
    expect(refusal.text).toContain('<h1>502 Bad Gateway</h1>')
  })

  test('requests without a socket do not meet them', async () => {
    const { emulator } = await place(where)
    for (const kind of ['half-open', 'garbage', 'large-message'] as const) emulator.faults.inject({ kind })
    expect((await callerOf(emulator)('GET', '/session/streams')).status).toBe(200)
  })
})
