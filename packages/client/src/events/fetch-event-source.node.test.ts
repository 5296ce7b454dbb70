/** `client.fetch` under a library for event streams, which wants to be in a page. */
import { ConfigError, keypair } from '@backend-ai-sdk/core'
import { serve } from '@backend-ai-sdk/emulator/node'
import { fetchEventSource, type EventSourceMessage } from '@microsoft/fetch-event-source'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { createClient } from '../client.ts'

beforeEach(() => {
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('document', { hidden: false, addEventListener() {}, removeEventListener() {} })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

test('it signs, hands out what comes, and ends with the abort', async () => {
  await using cluster = await serve()
  const { emulator } = cluster
  const client = createClient({ endpoint: cluster.url, auth: keypair(emulator.users[0]!) })
  const task = emulator.tasks.start({ total: 2 })
  const controller = new AbortController()
  const seen: EventSourceMessage[] = []
  await fetchEventSource(`/events/background-task?task_id=${task.id}`, {
    fetch: client.fetch,
    signal: controller.signal,
    openWhenHidden: true,
    async onopen({ status, headers }) {
      expect([status, headers.get('Content-Type')]).toEqual([200, 'text/event-stream'])
      task.progress({ current: 1, message: '절반' })
    },
    onmessage(message) {
      seen.push(message)
      controller.abort()
    },
    onerror(error) {
      throw error
    },
  })
  expect(seen.map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
    ['bgtask_updated', { task_id: task.id, message: '절반', current_progress: 1, total_progress: 2 }],
  ])
})

test('it sends no signature elsewhere', async () => {
  const client = createClient({
    endpoint: 'http://127.0.0.1:1',
    auth: keypair({ accessKey: 'A', secretKey: 'S' }),
    apiVersion: 'v9.20250722',
  })
  const reading = fetchEventSource('http://elsewhere.example/events/session', {
    fetch: client.fetch,
    openWhenHidden: true,
    onerror(error) {
      throw error
    },
  })
  await expect(reading).rejects.toThrow(ConfigError)
})
