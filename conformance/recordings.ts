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
  /** Of what is neither JSON nor text: transfers. */
  bytes: Uint8Array<ArrayBuffer> | null
  status: number
  answer: unknown
  answerBytes: Uint8Array<ArrayBuffer> | null
  answerHeaders: Headers
  frames: Frame[]
}

/** One frame of a WebSocket, as it went. */
export interface RecordedFrame {
  from: 'client' | 'server'
  type: string
  bytes: Uint8Array
}

type OldFrame = { from: RecordedFrame['from']; type: string; text?: string; ascii?: string; base64?: string }
type NewFrame = [at: number, from: RecordedFrame['from'], type: string, payload: unknown]

/** The frames of a recording of one WebSocket, texts and bytes. */
export function readFrames(folder: string, file: string): RecordedFrame[] {
  const found = JSON.parse(readFileSync(new URL(`${folder}/wire/${file}.json`, directory), 'utf8')) as {
    frames?: OldFrame[]
    exchanges?: { response: { frames: NewFrame[] } }[]
  }
  const old = (found.frames ?? []).map(({ from, type, text, ascii, base64 }) => ({
    from,
    type,
    bytes: base64 === undefined ? Buffer.from(text ?? ascii ?? '') : Buffer.from(base64, 'base64'),
  }))
  const newer = (found.exchanges?.[0]?.response.frames ?? []).map(([, from, type, payload]) => ({
    from,
    type,
    bytes: bytesOf(payload),
  }))
  return [...old, ...newer]
}

function bytesOf(payload: unknown): Uint8Array {
  const { json, text, base64 } = (payload ?? {}) as { json?: unknown; text?: string; base64?: string }
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  if (json !== undefined) return Buffer.from(JSON.stringify(json))
  return Buffer.from(typeof payload === 'string' ? payload : (text ?? ''))
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
    body_base64?: string
  }
  response: {
    status: number
    headers: [string, string][]
    body?: { json?: unknown; text?: string; base64?: string } | null
    body_base64?: string
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
    bytes: isNew ? bodyBytes(request.body) : fromBase64(request.body_base64),
    status: response.status,
    answer: answer ?? null,
    answerBytes: isNew ? bodyBytes(response.body) : fromBase64(response.body_base64),
    answerHeaders: new Headers(response.headers),
    frames: isNew
      ? newFrames.map(([, from, , text]) => ({ from, text }))
      : frames.filter(({ text }) => text !== undefined),
  }
}

function bodyBytes(body: { text?: string; base64?: string } | null | undefined): Uint8Array<ArrayBuffer> | null {
  return body?.text === undefined ? fromBase64(body?.base64) : new TextEncoder().encode(body.text)
}

const fromBase64 = (text: string | undefined): Uint8Array<ArrayBuffer> | null =>
  text === undefined ? null : new Uint8Array(Buffer.from(text, 'base64'))
