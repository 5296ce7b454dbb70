import { anonymous, createTransport, EventStreamError, NotFoundError, ServerError } from '@backend-ai-sdk/core'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, vi } from 'vitest'

import { readEvents, type EventStreamOptions, type ServerEvent, type StreamOpened } from './events.ts'
import { eventResponse, piecesOf, serverClose, sessionEvent } from './testing.ts'

const utf8 = new TextEncoder()
const headers = { 'Content-Type': 'text/event-stream' }

type Piece = string | Uint8Array | Error
/** A connection that says its pieces, and then ends, breaks or stays silent. */
function connection(pieces: readonly Piece[], after: 'ends' | 'stays' = 'ends', cancelled = () => {}): Response {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece instanceof Error) controller.error(piece)
      else if (piece !== undefined) controller.enqueue(typeof piece === 'string' ? utf8.encode(piece) : piece)
      else if (after === 'ends') controller.close()
      else return new Promise(() => {})
      return undefined
    },
    cancel: cancelled,
  })
  return new Response(body, { headers })
}

function open(connections: (() => Response | Error)[], options: EventStreamOptions = {}) {
  const requests: Request[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    requests.push(input as Request)
    const answer = connections[Math.min(requests.length, connections.length) - 1]!()
    if (answer instanceof Error) throw answer
    return answer
  }
  const transport = createTransport({
    endpoint: 'http://manager',
    auth: anonymous(),
    apiVersion: 'v7.20230615',
    fetch,
    retry: false,
  })
  return { requests, events: readEvents(transport, '/events/session', { query: { scope: '*' }, ...options }) }
}

async function all(
  events: AsyncIterable<ServerEvent | StreamOpened>,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const seen: string[] = []
  for await (const event of events) {
    seen.push(event.type === 'opened' ? `opened${event.lost ? ' again' : ''}` : `${event.name} ${event.data}`)
    if (seen.length >= most) break
  }
  return seen
}

const failureOf = (events: AsyncIterable<ServerEvent | StreamOpened>): Promise<unknown> =>
  all(events).then(
    () => undefined,
    (error: unknown) => error,
  )

const close = 'event: server_close\r\ndata: {}\r\n\r\n'

describe('what is read', () => {
  test('events, comments and heartbeats, until the server closes', async () => {
    const text = `: ping\r\n\r\nevent: a\r\ndata: {"한글": 1}\r\nretry: 5\r\n\r\ndata: x\ndata: y\n\n${close}event: b\r\ndata: no\r\n\r\n`
    const { events, requests } = open([() => connection([text])])
    expect(await all(events)).toEqual(['opened', 'a {"한글": 1}', 'message x\ny'])
    expect(requests.map(({ url, headers }) => [url, headers.get('Accept')])).toEqual([
      ['http://manager/events/session?scope=*', 'text/event-stream'],
    ])
  })

  test.prop([
    fc.array(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\0]/g, ' ')),
      { maxLength: 5 },
    ),
    fc.nat(40),
    fc.constantFrom('\n', '\r\n', '\r'),
  ])('whatever the pieces are that it comes in', async (texts, size, newline) => {
    const wellFormed = texts.map((text) => text.toWellFormed())
    const text = wellFormed.map((text) => `event: e${newline}data: ${text}${newline}${newline}`).join('') + close
    const pieces = piecesOf(text, size + 1)
    expect(await all(open([() => connection(pieces)]).events)).toEqual([
      'opened',
      ...wellFormed.map((text) => `e ${text}`),
    ])
  })
})

test('hundreds that come in one read, and what is wrong behind them', async () => {
  const text = sessionEvent('\r\n').repeat(300)
  const { events } = open([() => eventResponse(piecesOf(`${text}data: ${'x'.repeat(2 * 1024 * 1024)}`, 64 * 1024))])
  let count = 0
  const failure = (async () => {
    for await (const { type } of events) if (type === 'event') count++
  })()
  await expect(failure).rejects.toThrow('longer than')
  expect(count).toBe(300)
})

test('a `server_close` of a stream without an end is a lost connection', async () => {
  const goodbye = serverClose('\r\n')
  const { events } = open([() => connection([`event: a\ndata: 1\n\n${goodbye}`])], { endless: true, patience: 0 })
  const error = await failureOf(events)
  expect(error).toBeInstanceOf(EventStreamError)
  expect((error as Error).cause).toMatchObject({ message: 'The server ended the stream.' })
})

describe('what is no event stream', () => {
  test('a refusal is the error that it is', async () => {
    const { events, requests } = open([() => new Response('', { status: 404 })])
    expect(await failureOf(events)).toBeInstanceOf(NotFoundError)
    expect(requests).toHaveLength(1)
  })

  test('a page', async () => {
    const { events } = open([() => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })])
    const error = await failureOf(events)
    expect(error).toBeInstanceOf(EventStreamError)
    expect((error as Error).message).toBe('The server answers with text/html, not with an event stream.')
  })

  test('a first connection that fails', async () => {
    expect(await failureOf(open([() => new Response('', { status: 503 })]).events)).toBeInstanceOf(ServerError)
  })

  test('an event that never ends, of which not much is kept', async () => {
    const endless = Array.from({ length: 40 }, () => 'x'.repeat(65_536))
    const cancelled = vi.fn<() => void>()
    const { events } = open([() => connection(['data: ', ...endless], 'stays', cancelled)])
    const error = await failureOf(events)
    expect(error).toBeInstanceOf(EventStreamError)
    expect((error as Error).message).toContain('longer than 1048576')
    expect(cancelled).toHaveBeenCalledOnce()
  })
})

describe('a connection that is lost', () => {
  test.each([
    ['ends', () => connection(['event: a\ndata: 1\n\n'])],
    ['breaks', () => connection(['event: a\ndata: 1\n\n', new TypeError('terminated')])],
    ['is silent', () => connection(['event: a\ndata: 1\n\n'], 'stays')],
  ])('because it %s is made again, and says so', async (_name, first) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const broken = () => new TypeError('fetch failed', { cause: new Error('reset') })
      const { events, requests } = open([
        first,
        () => new Response('', { status: 502 }),
        broken,
        () => connection([`event: b\ndata: 2\n\n${close}`]),
      ])
      const reading = all(events)
      await vi.advanceTimersByTimeAsync(120_000)
      expect(await reading).toEqual(['opened', 'a 1', 'opened again', 'b 2'])
      expect(requests).toHaveLength(4)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is not looked for after a refusal', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { events } = open([() => connection([]), () => new Response('', { status: 404 })])
      const failure = failureOf(events)
      await vi.advanceTimersByTimeAsync(5_000)
      expect(await failure).toBeInstanceOf(NotFoundError)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is not looked for without end', async () => {
    const { events } = open([() => connection([])], { patience: 100 })
    const error = await failureOf(events)
    expect(error).toBeInstanceOf(EventStreamError)
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('within 100 ms') as string })
  })

  test('is not found again in connections that say nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const { events } = open([() => connection(['event: a\ndata: 1\n\n'], 'stays'), () => connection([], 'stays')])
      const failure = failureOf(events)
      await vi.advanceTimersByTimeAsync(400_000)
      expect(await failure).toMatchObject({
        message: 'The stream was lost, and not found again within 300000 ms.',
        cause: { message: 'The server was silent for 45000 ms.' },
      })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('leaving', () => {
  test('the loop closes the connection', async () => {
    const cancelled = vi.fn<() => void>()
    const { events } = open([() => connection(['event: a\ndata: 1\n\n'], 'stays', cancelled)])
    expect(await all(events, 2)).toEqual(['opened', 'a 1'])
    expect(cancelled).toHaveBeenCalledOnce()
  })

  test('the loop before anything was read closes it too', async () => {
    const cancelled = vi.fn<() => void>()
    const { events } = open([() => connection([], 'stays', cancelled)])
    expect(await all(events, 1)).toEqual(['opened'])
    expect(cancelled).toHaveBeenCalledOnce()
  })

  test.each(['while it is silent', 'while it is looked for'])('by a signal %s: its reason is thrown', async (when) => {
    const controller = new AbortController()
    const reason = new Error('left')
    const { events, requests } = open([() => connection([], when === 'while it is silent' ? 'stays' : 'ends')], {
      signal: controller.signal,
    })
    const failure = failureOf(events)
    await vi.waitFor(() => expect(requests).toHaveLength(1))
    controller.abort(reason)
    expect(await failure).toBe(reason)
  })
})
