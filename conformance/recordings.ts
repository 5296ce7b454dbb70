/**
 * Reads what was recorded of real clusters' wire (`real-cluster/<release>/wire`), for the tests of the emulator, which
 * must answer so, and of the client, which must understand it.
 */
import { readFileSync } from 'node:fs'

const directory = new URL('real-cluster/', import.meta.url)

interface Frame {
  from: string
  text: string
}

export interface Exchange {
  method: string
  target: string
  headers: [string, string][]
  body: string | null
  status: number
  answer: unknown
  answerHeaders: Headers
  frames: Frame[]
}

/** Both recorders' formats. */
export function readRecording(folder: string, file: string): Exchange[] {
  const found = JSON.parse(readFileSync(new URL(`${folder}/wire/${file}.json`, directory), 'utf8')) as never
  const { exchanges } = found as { exchanges?: never[] }
  return (exchanges ?? [found]).map((exchange) => readExchange(exchange))
}

interface RawExchange {
  request: {
    line?: string
    method?: string
    target?: string
    headers: [string, string][]
    body?: { json?: unknown; text?: string } | null
    body_text?: string
  }
  response: {
    status: number
    headers: [string, string][]
    body?: { json?: unknown } | null
    frames?: [number, string, string, string][]
  }
  frames?: Frame[]
}

function readExchange({ request, response, frames = [] }: RawExchange): Exchange {
  const isNew = request.line === undefined
  const [method = '', target = ''] = request.line?.split(' ') ?? [request.method, request.target]
  const body = isNew
    ? request.body && ('json' in request.body ? JSON.stringify(request.body.json) : (request.body.text ?? ''))
    : (request.body_text ?? (request.body === undefined ? '' : JSON.stringify(request.body)))
  const answer = isNew ? (response.body as { json?: unknown } | null)?.json : response.body
  const newFrames = (response.frames ?? []).filter(([, , type]) => type === 'text')
  return {
    method,
    target,
    headers: request.headers,
    body: body === '' || body === null || body === undefined ? null : body,
    status: response.status,
    answer: answer ?? null,
    answerHeaders: new Headers(response.headers),
    frames: isNew
      ? newFrames.map(([, from, , text]) => ({ from, text }))
      : frames.filter(({ text }) => text !== undefined),
  }
}
