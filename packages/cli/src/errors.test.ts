import { ConfigError, GraphQLError, NetworkError, toAPIError } from '@backend-ai-sdk/client'
import { describe, expect, test } from 'vitest'

import type { Context } from './context.ts'
import { describeError, report } from './errors.ts'
import { Failure, InvalidArgument } from './failures.ts'
import { Output } from './output.ts'
import { FakeHost } from './testing.ts'

const problem = (status: number, slug: string, body: object) =>
  toAPIError({
    status,
    method: 'GET',
    url: 'http://cluster.test/session',
    body: { type: `https://api.backend.ai/probs/${slug}`, title: 'A title.', ...body },
  })

describe('an error of the server', () => {
  test.each([
    [problem(404, 'session-not-found', {}), ['BackendAPIError: 404 Not Found', 'A title.']],
    [
      problem(404, 'too-many-sessions-matched', { data: { matches: [{ id: 'i', name: 'n', status: 'RUNNING' }] } }),
      ['BackendAPIError: 404 Not Found', 'A title.', 'Candidates (up to 10 recent entries):', '- i (n, RUNNING)'],
    ],
    [
      problem(400, 'session-already-exists', { data: { existingSessionId: 'i' } }),
      ['BackendAPIError: 400 Bad Request', 'A title.', '- Existing session ID: i'],
    ],
    [
      problem(400, 'invalid-api-params', { msg: 'Wrong.', data: { name: 'is missing', size: { min: 1 } } }),
      ['BackendAPIError: 400 Bad Request', 'A title.', '- Wrong.', '- "name": is missing', '- "size": {"min":1}'],
    ],
    [
      problem(412, 'quota-exceeded', { msg: 'Too much.' }),
      ['BackendAPIError: 412 Precondition Failed', 'A title.', '➜ Error details: Too much.'],
    ],
    [
      problem(500, 'kernel-execution-failed', { 'agent-details': { type: 't', title: 'Timeout.', exception: 'X()' } }),
      [
        'BackendAPIError: 500 Internal Server Error',
        'A title.',
        '➜ This is an agent-side error. Check the agent status or ask the administrator for help.',
        '➜ X()',
        '➜ Timeout.',
      ],
    ],
    [
      toAPIError({ status: 502, method: 'GET', url: '', body: '<html>Bad gateway</html>\n' }),
      [
        'BackendAPIError: 502 Bad Gateway',
        'Generic Error (could not parse error string)',
        '➜ This is not a Backend.AI answer.',
        '<html>Bad gateway</html>',
      ],
    ],
  ])('%#', (error, lines) => expect(describeError(error).split('\n')).toEqual(lines))
})

test('errors of a query name their places', () => {
  const error = new GraphQLError([{ message: 'No.', path: ['list', 'items', 0, 'name'] }, { message: 'Nor this.' }])
  expect(describeError(error).split('\n')).toEqual([
    'BackendAPIError: 400 GraphQL-generated error',
    '➜ Error details:',
    'No. (path: list.items[0].name)',
    'Nor this.',
  ])
})

test('a server that cannot be reached is told of in one line', () => {
  expect(describeError(new NetworkError('No answer: connect ECONNREFUSED 127.0.0.1:1'))).toBe(
    'BackendClientError: Request to the API endpoint has failed. Check your network connection and/or the server status. ➜ No answer: connect ECONNREFUSED 127.0.0.1:1',
  )
})

test.each([
  [new ConfigError('BACKEND_ENDPOINT is not set.'), 'ConfigError: BACKEND_ENDPOINT is not set.'],
  [new Failure('No.'), 'No.'],
  [new TypeError('Oh.'), 'TypeError: Oh.'],
  ['text', 'text'],
])('others: %s', (error, text) => expect(describeError(error)).toBe(text))

async function reported(error: unknown, output: 'console' | 'json', env = {}) {
  const host = new FakeHost([], { env })
  const context = { host, output: new Output(host), options: { output, skipCertificateValidation: false } }
  const code = await report(context as unknown as Context, error)
  return { code, stdout: host.stdout.text, stderr: host.stderr.text }
}

test('the report', async () => {
  expect(await reported(problem(404, 'x', { msg: 'Why.' }), 'console')).toEqual({
    code: 1,
    stdout: '',
    stderr: '✘ BackendAPIError: 404 Not Found\n  A title.\n  ➜ Error details: Why.\n',
  })
  expect((await reported(new InvalidArgument('No.'), 'console')).code).toBe(4)
})

test('the report as JSON', async () => {
  const { code, stdout, stderr } = await reported(problem(404, 'x', { msg: 'Why.' }), 'json')
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    error: 'A title.',
    api: {
      status: 404,
      reason: 'Not Found',
      type: 'https://api.backend.ai/probs/x',
      title: 'A title.',
      msg: 'Why.',
    },
  })
  expect((await reported(new Failure('No.'), 'json')).stdout).toBe('{\n  "error": "No."\n}\n')
})

test('a stack is shown to those who ask for it', async () => {
  const error = new Error('Outer.', { cause: new Error('Inner.') })
  expect((await reported(error, 'console')).stderr).toBe('✘ Error: Outer.\n')
  const { stderr } = await reported(error, 'console', { BACKEND_DEBUG: '1' })
  expect(stderr).toMatch(/ {4}at [^]*caused by Error: Inner\.[^]* {4}at /)
})
