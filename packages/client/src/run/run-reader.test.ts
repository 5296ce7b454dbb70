import { ExecutionError, WebSocketError, type ServerInfo } from '@backend-ai-sdk/core'
import type { ExecuteResult } from '@backend-ai-sdk/streaming'
import { describe, expect, test } from 'vitest'

import type { RunChannel } from './run-channel.ts'
import type { RunItem } from './run-items.ts'
import { RunReader } from './run-reader.ts'

type Result = Partial<ExecuteResult> & Pick<ExecuteResult, 'status'>

function scripted(...results: Result[]) {
  const inputs: string[] = []
  const channel: RunChannel = {
    status: 'continued',
    async next() {
      const result = results.shift()
      if (!result) throw new Error('nothing more was expected to be asked for')
      return { console: [], exitCode: null, options: null, ...result }
    },
    async input(text) {
      inputs.push(text)
    },
    async close() {},
  }
  return { channel, inputs }
}

async function read(reader: RunReader): Promise<RunItem[]> {
  const items: RunItem[] = []
  for await (const item of reader.items()) items.push(item)
  return items
}

const finished: Result = { status: 'finished', exitCode: 0 }

test('every kind of record, in order; unknown kinds are left out', async () => {
  const { channel } = scripted(
    {
      status: 'continued',
      console: [
        ['stdout', 'a'],
        ['stderr', 'b'],
        ['media', ['image/png', 'data:image/png;base64,AA==']],
        ['media', ['text/html', '<b>by the prelude</b>']],
        ['html', '<i>x</i>'],
        ['log', 'built'],
        ['completion', {}],
        ['future', 1],
      ],
    },
    finished,
  )
  expect(await read(new RunReader(channel, {}))).toEqual([
    { type: 'stdout', text: 'a' },
    { type: 'stderr', text: 'b' },
    { type: 'media', mime: 'image/png', data: 'data:image/png;base64,AA==' },
    { type: 'html', html: '<b>by the prelude</b>' },
    { type: 'html', html: '<i>x</i>' },
    { type: 'log', data: 'built' },
    { type: 'finished', exitCode: 0 },
  ])
})

test('finished is final: nothing is asked for after it', async () => {
  const { channel } = scripted(finished)
  expect(await read(new RunReader(channel, {}))).toHaveLength(1)
})

describe('input', () => {
  const waiting: Result = { status: 'waiting-input', options: { is_password: true } }

  test('from a text, a list and a function', async () => {
    for (const input of ['x', ['x'], ({ isPassword }: { isPassword: boolean }) => (isPassword ? 'x' : 'y')]) {
      const { channel, inputs } = scripted(waiting, finished)
      await read(new RunReader(channel, { input }))
      expect(inputs).toEqual(['x'])
    }
  })

  test('replied to in the loop, or later', async () => {
    const { channel, inputs } = scripted(waiting, finished)
    for await (const item of new RunReader(channel, {}).items())
      if (item.type === 'input') setTimeout(() => item.reply('late'), 5)
    expect(inputs).toEqual(['late'])
  })

  test('more than was given', async () => {
    const { channel } = scripted(waiting, waiting)
    await expect(read(new RunReader(channel, { input: 'one' }))).rejects.toThrow('more input than was given')
  })

  test('a reply that never comes ends with the signal', async () => {
    const { channel } = scripted(waiting)
    const reason = new Error('enough')
    await expect(read(new RunReader(channel, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
  })
})

describe('what ends a run', () => {
  test.each([
    [{ status: 'exec-timeout' }, ExecutionError, 'time limit'],
    [{ status: 'server-restarting', msg: 'maintenance' }, WebSocketError, 'maintenance'],
    [{ status: 'error', msg: 'Invalid API parameters: x' }, WebSocketError, 'Invalid API parameters: x'],
    [{ status: 'news' as never }, WebSocketError, 'news'],
  ] as const)('%j', async (result, Class, message) => {
    const { channel } = scripted(result)
    const reading = read(new RunReader(channel, {}))
    await expect(reading).rejects.toThrow(Class)
    await expect(reading).rejects.toThrow(message)
  })
})

describe('check', () => {
  const servers = {
    old: { apiVersion: 'v7.20230615', release: '23.09.10' },
    new: { apiVersion: 'v9.20250722', release: '26.9.6' },
  } as const satisfies Record<string, ServerInfo>

  const traceback =
    '\u001B[31m---------------------------------------------------------------------------\u001B[39m\nZeroDivisionError: division by zero'

  test.each([
    ['new', 0, 'a warning', undefined],
    ['new', 3, 'line\nlast line\n', 'The code ended with exit code 3: last line'],
    ['old', 0, 'a warning', undefined],
    ['old', 0, traceback, 'The code raised an error: ZeroDivisionError: division by zero'],
    ['old', 0, 'Traceback (most recent call last)\n  x\nKeyError: 1', 'The code raised an error: KeyError: 1'],
    // New servers tell by the exit code; a traceback that the code printed itself is none.
    ['new', 0, traceback, undefined],
  ] as const)('%s server, exit code %i, %j', async (server, exitCode, stderr, message) => {
    const { channel } = scripted({ status: 'finished', exitCode, console: [['stderr', stderr]] })
    const reader = new RunReader(channel, {})
    await read(reader)
    let error: unknown
    try {
      reader.check(servers[server])
    } catch (thrown) {
      error = thrown
    }
    expect((error as Error | undefined)?.message).toBe(message)
  })

  test('keeps the end of a long stderr', async () => {
    const { channel } = scripted({
      status: 'finished',
      exitCode: 1,
      console: [['stderr', `${'x'.repeat(100_000)}end`]],
    })
    const reader = new RunReader(channel, {})
    await read(reader)
    expect(() => reader.check(servers.new)).toThrow(expect.objectContaining({ stderr: `${'x'.repeat(65_533)}end` }))
  })
})
