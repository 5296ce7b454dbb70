/** Shows a page in the user's browser. */
import { spawn } from 'node:child_process'

import type { Context } from './context.ts'

/** The platform's opener; without a shell, since addresses come from others. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

export function openBrowser({ host, output }: Context, url: string): void {
  if (!/^https?:\/\//.test(url)) return output.status('warn', `No page for a browser: ${url}`)
  const [program = 'xdg-open', ...args] = openers[process.platform] ?? []
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true, env: host.env })
  child.on('error', () => output.status('warn', `The browser could not be started: open ${url} yourself.`))
  child.unref()
}
