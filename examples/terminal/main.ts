// Logs in at a webserver of the same site, and shows a terminal of a new session.
import { createClient, cookie, type LoginResult } from '@backend-ai-sdk/client'
import { TerminalAddon } from '@backend-ai-sdk/client/xterm'
import { Terminal } from '@xterm/xterm'

const form = document.querySelector('form')!
const output = document.querySelector('output')!

async function open(endpoint: string, username: string, password: string): Promise<void> {
  const client = createClient({ endpoint, auth: cookie() })
  const result = await client.auth.login({ username, password })
  if (result.type !== 'ok') return void (output.textContent = reasonOf(result))
  output.textContent = 'A session is being started …'
  await using session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '512m' } })
  const xterm = new Terminal({ cursorBlink: true })
  xterm.open(document.querySelector('main')!)
  const terminal = await session.terminal({ rows: xterm.rows, cols: xterm.cols })
  xterm.loadAddon(new TerminalAddon(terminal))
  xterm.focus()
  output.textContent = session.name
  const { reason } = await terminal.closed
  output.textContent = `The terminal is over: ${reason}.`
}

const reasonOf = (result: Exclude<LoginResult, { type: 'ok' }>): string =>
  'reason' in result ? result.reason : result.type

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const { endpoint, username, password } = Object.fromEntries(new FormData(form)) as Record<string, string>
  open(endpoint!, username!, password!).catch((error) => (output.textContent = String(error)))
})
