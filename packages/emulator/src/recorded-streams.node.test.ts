/** What recorded clients said over terminals and tunnels, said again: what comes back is compared by what it means. */
import { afterEach, describe, expect, test, vi } from 'vitest'

import { readFrames } from '../../../conformance/recordings.ts'
import { closePlaces, place, type Socket } from './testing-sockets.ts'

afterEach(closePlaces)

type Outcome = { texts: number; binaries: number; bytes: Buffer; code: number | null }

/** Collects what the server says. */
function listen(socket: Socket): Outcome {
  const outcome: Outcome = { texts: 0, binaries: 0, bytes: Buffer.alloc(0), code: null }
  socket.on('message', (data, isBinary) => {
    if (isBinary) outcome.binaries += 1
    else outcome.texts += 1
    outcome.bytes = Buffer.concat([outcome.bytes, data])
  })
  socket.on('close', (code) => (outcome.code = code))
  return outcome
}

const screenOf = (frames: string): string =>
  [...frames.matchAll(/"data": ?"([^"]*)"/g)].map(([, data = '']) => Buffer.from(data, 'base64').toString()).join('')

/** What is printed, line by line, without prompts, colours and the echo of the typing. */
const printed = (screen: string): string[] =>
  screen
    // oxlint-disable-next-line no-control-regex -- terminals speak in them
    .replaceAll(/\u001B\[[?\d;]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .filter((line) => line !== '' && !line.includes('$ ') && !/echo |^exit$/.test(line))

/** But for the close: what comes before it is not always there yet. */
async function replay(socket: Socket, folder: string, file: string, outcome: Outcome): Promise<void> {
  await new Promise<void>((resolve) => socket.on('open', resolve))
  for (const { from, type, bytes } of readFrames(folder, file)) {
    if (from !== 'client') continue
    const before = outcome.bytes.length
    if (type === 'text') socket.send(Buffer.from(bytes).toString())
    if (type === 'binary') socket.send(bytes)
    const isAnswered = type === 'binary' || (type === 'text' && Buffer.from(bytes).includes('stdin'))
    // As the recorded client, which read in between.
    const look = (): void => {
      if (outcome.bytes.length === before && outcome.code === null) throw new Error('There is no answer.')
    }
    if (isAnswered) await vi.waitFor(look)
  }
}

describe('terminals', () => {
  test.each([
    ['23.9', '23.09', '146-ws-pty', 'text'],
    ['26.9', '26.9', '046-pty', 'binary'],
  ] as const)('of %s', async (folder, profile, file, kind) => {
    const { open } = await place('on a socket', { profile })
    const socket = await open('/stream/session/streams/pty')
    const outcome = listen(socket)
    const recorded = readFrames(folder, file).filter(({ from, type }) => from === 'server' && /text|binary/.test(type))
    const wanted = printed(screenOf(recorded.map(({ bytes }) => Buffer.from(bytes).toString()).join('\n')))
    await replay(socket, folder, file, outcome)
    expect(wanted.length).toBeGreaterThan(1)
    await vi.waitFor(() => {
      const shown = printed(screenOf(outcome.bytes.toString()))
      expect(shown).toEqual(expect.arrayContaining(wanted.filter((line) => !/\dwork@/.test(line))))
    })
    socket.close(1000)
    await vi.waitFor(() => expect(outcome.code).toBe(1000))
    expect(kind === 'text' ? outcome.binaries : outcome.texts).toBe(0)
    expect(new Set(recorded.map(({ type }) => type))).toEqual(new Set([kind]))
  })

  test('of 23.9 as it is released', async () => {
    const { open } = await place('on a socket', { profile: '23.09', asReleased: true })
    const socket = await open('/stream/session/streams/pty')
    const outcome = listen(socket)
    await replay(socket, '23.9', '437-ws-pty-as-released', outcome)
    await vi.waitFor(() => expect(outcome.code).toBe(1000))
  })
})

describe('tunnels', () => {
  test('of 23.9 to an echo', async () => {
    const { open } = await place('on a socket', { profile: '23.09' })
    const socket = await open('/stream/session/streams/tcpproxy?app=echo')
    const outcome = listen(socket)
    await replay(socket, '23.9', '150-ws-tcpproxy-echo', outcome)
    const said = readFrames('23.9', '150-ws-tcpproxy-echo').find(({ from }) => from === 'server')
    expect([...outcome.bytes]).toEqual([...(said?.bytes ?? [])])
    socket.close(1000)
    await vi.waitFor(() => expect(outcome.code).toBe(1000))
  })

  test.each([
    ['23.9', '23.09', '149-ws-tcpproxy-httpd', 'httpd', 1006],
    ['26.9', '26.9', '048-httpproxy-webapp', 'webapp', 1001],
  ] as const)('of %s to files', async (folder, profile, file, app, code) => {
    const { open } = await place('on a socket', { profile })
    const socket = await open(`/stream/session/streams/httpproxy?app=${app}`)
    const outcome = listen(socket)
    await replay(socket, folder, file, outcome)
    await vi.waitFor(() => expect(outcome.code).toBe(code))
    const recorded = Buffer.concat(
      readFrames(folder, file).flatMap(({ from, bytes }) => (from === 'server' ? [bytes] : [])),
    )
    const factsOf = (answer: Buffer): (string | undefined)[] => {
      const text = answer.toString()
      return [text.split('\r\n')[0], /<title>.*<\/title>/.exec(text)?.[0], /<h1>.*<\/h1>/.exec(text)?.[0]]
    }
    expect(factsOf(outcome.bytes)).toEqual(factsOf(recorded))
  })
})
