/** Event streams that were recorded from real clusters. */
import { readFileSync } from 'node:fs'

import { anonymous, ConfigError, createTransport } from '@backend-ai-sdk/core'
import { describe, expect, test } from 'vitest'

import { Events, type SessionEvent, type SessionEventsOptions } from './events.ts'

const wire = new URL('../../../../conformance/real-cluster/', import.meta.url)

interface Recording {
  response?: { chunks: { text: string }[] }
  exchanges?: { response: { chunks: [number, string][] } }[]
}

/** What was sent, as both recorders wrote it down. */
function recorded(file: string): string {
  const { response, exchanges } = JSON.parse(readFileSync(new URL(file, wire), 'utf8')) as Recording
  return response
    ? response.chunks.map(({ text }) => text).join('')
    : exchanges![0]!.response.chunks.map(([, text]) => text).join('')
}

const close = 'event: server_close\r\ndata: {}\r\n\r\n'

async function read(stream: string, apiVersion: string, options: SessionEventsOptions = {}) {
  const asked: string[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    asked.push(new URL((input as Request).url).search)
    return new Response(stream + close, { headers: { 'Content-Type': 'text/event-stream' } })
  }
  const release = apiVersion === 'v9.20250722' ? '26.9.6' : '23.09.10'
  const events = new Events(
    createTransport({ endpoint: 'http://manager', auth: anonymous(), apiVersion, release, fetch }),
  )
  const seen = []
  for await (const event of events.sessions(options)) seen.push(event)
  return { asked, seen, told: seen.filter((event): event is SessionEvent => 'sessionId' in event) }
}

describe('recordings', () => {
  test('of 23.9.10, a batch session', async () => {
    const { asked, told } = await read(recorded('23.9/wire/173-sse-session-events.json'), 'v7.20230615', {
      name: 'wire-batch',
    })
    expect(asked).toEqual(['?sessionName=wire-batch&scope=*'])
    expect(told.map(({ name }) => name).slice(0, 6)).toEqual([
      'kernel_preparing',
      'kernel_creating',
      'kernel_started',
      'session_failure',
      'session_terminating',
      'kernel_terminating',
    ])
    expect(told[0]).toEqual({
      type: 'kernel',
      name: 'kernel_preparing',
      sessionId: 'fa71ba4c-111f-4a13-9fd1-59335abc0306',
      sessionName: 'wire-batch',
      ownerAccessKey: 'AKIANABBDUSEREXAMPLE',
      reason: undefined,
      exitCode: undefined,
      kernelId: '9d7b7a0e-bc6c-4e87-baf6-2a67eb2a02bd',
      clusterRole: 'main',
      clusterIndex: 1,
    })
    expect(told[3]).toMatchObject({ type: 'session', reason: 'task-failed', exitCode: 4 })
  })

  test('of 26.9.6, of which only one session is wanted', async () => {
    const stream = recorded('26.9/wire/005-events-session.json')
    const { asked, told } = await read(stream, 'v9.20250722', { name: 'wire-main' })
    expect(asked).toEqual(['?scope=session%2Ckernel'])
    expect(told[0]).toMatchObject({ type: 'session', name: 'session_pending', reason: 'Session enqueued' })
    expect(new Set(told.map(({ sessionName }) => sessionName))).toEqual(new Set(['wire-main']))
    const all = (await read(stream, 'v9.20250722')).told
    const { sessionId } = all.find(({ sessionName }) => sessionName === 'wire-main')!
    expect((await read(stream, 'v9.20250722', { session: { id: sessionId } })).told).toEqual(
      all.filter((event) => event.sessionId === sessionId),
    )
  })
})

test('an event that cannot be read does not end the stream', async () => {
  const good = 'event: session_started\ndata: {"sessionId": "x", "sessionName": "n"}\n\n'
  const { seen } = await read(`event: session_started\ndata: {"sess\n\n${good}`, 'v7.20230615')
  expect(seen).toEqual([
    { type: 'opened', lost: undefined },
    { type: 'unreadable', name: 'session_started', data: '{"sess' },
    expect.objectContaining({ type: 'session', sessionId: 'x', sessionName: 'n' }),
  ])
})

test('options that do not exist', async () => {
  await expect(read('', 'v7.20230615', { sesion: 'x' } as never)).rejects.toThrow(ConfigError)
})
