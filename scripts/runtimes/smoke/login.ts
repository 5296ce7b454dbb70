/** What a page does that is logged in: a cookie of the same site, sockets and xterm.js; and a header from another one. */
import { Terminal } from '@xterm/xterm'

import type * as SDK from '../../../packages/client/src/index.ts'
import type { TerminalAddon } from '../../../packages/client/src/xterm.ts'
import type { Check } from './checks.ts'

interface Settings {
  endpoint: string
  username: string
  password: string
  image: string
  code: string
}

type Steps = Record<string, () => Promise<void>>

/** The page is loaded three times: to log in, again, and from another site. What came of it goes along in its address. */
export async function login(sdk: typeof SDK, Addon: typeof TerminalAddon): Promise<void> {
  const { endpoint, ...settings } = JSON.parse(document.querySelector('#settings')!.textContent) as Settings
  const [step, told = '[]'] = (decodeURIComponent(location.hash.slice(1)) || 'first').split('|')
  const checks = JSON.parse(told) as Check[]
  const carrier = step === 'elsewhere' ? 'header' : 'cookie'
  const auth = sdk.cookie({ carrier })
  const lines: string[] = []
  const log = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts))
  const logger = { debug: log, info: log, warn: log, error: log }
  const client = sdk.createClient({ endpoint, auth, logLevel: 'debug', logger })
  const steps = step === 'again' ? again(client) : stepsOf({ client, auth, lines }, Addon, settings, step === 'first')
  if (step === 'elsewhere') Object.assign(steps, diagnoses(sdk, endpoint))
  for (const [name, run] of Object.entries(steps)) {
    const title = `${step}: ${name}`
    try {
      await run()
      checks.push({ name: title })
    } catch (error) {
      checks.push({ name: title, error: String(error) })
    }
  }
  const next = step === 'first' ? 'again' : step === 'again' ? 'elsewhere' : undefined
  if (!next) return void (await fetch('/report', { method: 'POST', body: JSON.stringify(checks) }))
  const host = next === 'elsewhere' ? location.host.replace('127.0.0.1', 'localhost') : location.host
  location.href = `http://${host}/#${encodeURIComponent(`${next}|${JSON.stringify(checks)}`)}`
  // The part behind # alone loads nothing.
  if (next === 'again') location.reload()
}

interface Subject {
  client: SDK.Client
  auth: SDK.CookieAuthenticator
  /** Of its log, in full. */
  lines: string[]
}

function stepsOf(
  { client, auth, lines }: Subject,
  Addon: typeof TerminalAddon,
  { username, password, image, code }: Omit<Settings, 'endpoint'>,
  hasSockets: boolean,
): Steps {
  let session: SDK.ComputeSession | undefined
  return {
    async login() {
      equal((await client.auth.login({ username, password: `${password}?` })).type, 'rejected')
      equal((await client.auth.login({ username, password })).type, 'ok')
      equal((await client.auth.loginCheck()).isLoggedIn, true)
    },
    async 'events by fetch'() {
      for await (const { type } of client.events.sessions({ signal: AbortSignal.timeout(60_000) }))
        return equal(type, 'opened')
    },
    async list() {
      session = await client.sessions.create({ image, slots: { cpu: 1, mem: '512m' } })
      const { id } = session
      equal((await client.sessions.list().all()).filter((listed) => listed.id === id).length, 1)
    },
    async run() {
      equal(await session!.run(code).text(), 'done\n')
    },
    async 'upload and download'() {
      const data = new File([bytes], 'bytes.bin')
      await session!.upload([{ path: 'bytes 한글.bin', data }])
      equal(String(await session!.downloadFile('bytes 한글.bin')), String(bytes))
    },
    ...(hasSockets && {
      async 'terminal in xterm.js'() {
        const xterm = new Terminal({ rows: 24, cols: 80 })
        xterm.open(document.body)
        const terminal = await session!.terminal({ rows: xterm.rows, cols: xterm.cols })
        xterm.loadAddon(new Addon(terminal))
        await shown(xterm, 'stty size\r', '24 80')
        xterm.resize(100, 30)
        await shown(xterm, 'stty size\r', '30 100')
        await terminal.close()
      },
    }),
    async end() {
      await session?.destroy()
    },
    async 'no secret is kept or told'() {
      equal(localStorage.length + sessionStorage.length + (await indexedDB.databases()).length, 0)
      equal(document.cookie, '')
      const reason = new Error('enough')
      const failures = await Promise.all(
        [
          client.auth.updatePassword({ oldPassword: `${password}?`, newPassword: `${password}!` }),
          client.request({ path: '/no/such/path' }),
          client.request({ path: '/auth/role', signal: AbortSignal.abort(reason) }),
        ].map((call) => call.then(String, (error: unknown) => [String(error), JSON.stringify(error), stackOf(error)])),
      )
      const told = JSON.stringify([failures, lines])
      equal(lines.length > 10, true)
      for (const secret of [password, await auth.login()]) equal(secret !== undefined && told.includes(secret), false)
    },
  }
}

const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined)

const bytes = Uint8Array.from({ length: 100_000 }, (_byte, index) => index * 7)

/** What a page of another site is told of the causes that only browsers have. */
const diagnoses = (sdk: typeof SDK, endpoint: string): Steps => ({
  async 'a cookie that is blocked is told'() {
    const { findings } = await sdk.createClient({ endpoint, auth: sdk.cookie() }).diagnose()
    equal(findings.map(({ code }) => code).join(), 'cookie-blocked,not-logged-in')
  },
  async 'an answer that CORS hides is told'() {
    const hidden = location.origin.replace('localhost', '127.0.0.1')
    const { findings } = await sdk.createClient({ endpoint: hidden, auth: sdk.cookie() }).diagnose()
    equal(findings.map(({ code }) => code).join(), 'cors')
  },
})

const again = (client: SDK.Client): Steps => ({
  async 'the login is still there'() {
    equal((await client.auth.loginCheck()).isLoggedIn, true)
    await client.auth.logout()
    equal((await client.auth.loginCheck()).isLoggedIn, false)
  },
})

/** Types until the screen has the text: a size that has just changed goes its own way. */
async function shown(xterm: Terminal, keys: string, text: string): Promise<void> {
  const end = performance.now() + 60_000
  for (;;) {
    xterm.input(keys)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { active } = xterm.buffer
    for (let at = 0; at < active.length; at++) if (active.getLine(at)?.translateToString(true) === text) return
    if (performance.now() > end) throw new Error(`The screen does not show ${text}.`)
  }
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`)
}
