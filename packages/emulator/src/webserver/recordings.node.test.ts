/* oxlint-disable vitest/no-conditional-expect -- what is compared depends on the kind of recording */
/** Exchanges with the webservers of real clusters, replayed: logins, calls, the execute socket and events. */
import { afterAll, describe, expect, test } from 'vitest'

import { readRecording, type Exchange } from '../../../../conformance/recordings.ts'
import { alike, Replay, said, without } from '../testing-replay.ts'

// Terminals and tunnels through it are in webserver.node.test.ts.
/** Values that are another cluster's, at any depth. */
const others = ['servicePorts', 'ports', 'stats', 'created_at']

const recordings = {
  '23.9': [
    '410-web-func-root',
    '411-web-func-noslash',
    '412-web-ping',
    '413-web-config-toml',
    '414-web-login-check-anon',
    '415-web-func-unauth',
    '416-web-login-missing',
    '417-web-login-bad',
    '418-web-login',
    '419-web-login-again',
    '420-web-login-check',
    '421-web-auth-test',
    '422-web-auth-test-query',
    '423-web-no-version-header',
    '424-web-error-404',
    '425-web-unknown-url',
    '426-web-session-create',
    '427-web-execute',
    '429-web-ws-execute',
    '436-web-sse',
    '433-web-logout',
    '434-web-after-logout',
  ],
  '26.9': [
    '153-web-func-version',
    '154-web-ping',
    '156-web-login-check-before',
    '157-web-func-unauthenticated',
    '158-web-login-bad',
    '159-web-login-empty',
    '160-web-login',
    '161-web-login-again',
    '162-web-login-check',
    '163-web-func-role',
    '164-web-func-role-noversion',
    '165-web-func-gql',
    '166-web-func-404',
    '168-web-session-create',
    '169-web-exec',
    '170-web-stream-execute',
    '171-web-events',
    '172-web-extend',
    '173-web-logout',
    '174-web-login-check-after',
  ],
} as const

/** What was recorded while the events were listened to. */
const during: Readonly<Record<string, string>> = { '436-web-sse': '432-web-destroy' }

/** Names of the headers in which the webserver says what it is about. */
const telling = ['Content-Type', 'Set-Cookie', 'X-BackendAI-SessionID', 'Access-Control-Allow-Origin']
const limits = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Window', 'X-RateLimit-Reset']

const told = (headers: Headers) => [
  ...telling.map((name) => `${name}: ${String(alike(headers.get(name)))}`),
  ...limits.map((name) => `${name}: ${headers.has(name)}`),
]

async function compare(replay: Replay, exchange: Exchange): Promise<void> {
  const answer = await replay.run(exchange)
  expect([answer.status, ...told(answer.headers)]).toEqual([exchange.status, ...told(exchange.answerHeaders)])
  // Pages and texts were not recorded.
  if (exchange.answer !== null)
    expect(without(alike(answer.body), others)).toEqual(without(alike(exchange.answer), others))
}

const isEvents = ({ answerHeaders }: Exchange): boolean => answerHeaders.get('Content-Type') === 'text/event-stream'

describe.each([
  ['23.9', '23.09'],
  ['26.9', '26.9'],
] as const)('recordings of %s', (folder, profile) => {
  const replay = new Replay(profile, 'webserver')
  afterAll(() => replay.emulator.stop())

  test.each(recordings[folder])('%s', async (file) => {
    const [first, ...rest] = readRecording(folder, file)
    if (!first) throw new Error(`${file} is empty.`)
    if (first.status === 101) {
      const recorded = first.frames.filter(({ from }) => from === 'server').map(({ text }) => text)
      return expect(alike(said(await replay.stream(first)))).toEqual(alike(said(recorded)))
    }
    if (!isEvents(first)) return compare(replay, first)
    const response = await replay.fetch(first)
    expect([response.status, ...told(response.headers)]).toEqual([first.status, ...told(first.answerHeaders)])
    for (const next of during[file] === undefined ? rest : readRecording(folder, during[file]))
      await compare(replay, next)
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes('event: session_terminated')) break
    }
    expect(text).toContain('event: session_terminating\r\ndata: {')
    expect(text).toMatch(/"reason": ?"user-requested"/)
  })
})
