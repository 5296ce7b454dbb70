/** A page in a headless browser, from a server of ours that it reports to. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'

import { run } from './command.ts'

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' }

/** What is done when the page posts to a path, before it is answered. */
export type Actions = Readonly<Record<string, () => unknown>>

/**
 * Opens `index.html` of a directory.
 *
 * @returns what the page posts to `/report`.
 */
export async function openPage(
  browser: string,
  directory: string,
  limit: number,
  actions: Actions = {},
): Promise<string> {
  const report = Promise.withResolvers<string>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method === 'POST' && pathname === '/report') {
      report.resolve(await text(request))
      response.end()
      return
    }
    const action = request.method === 'POST' ? actions[pathname] : undefined
    if (action) {
      const status = await Promise.resolve(action()).then(
        () => 200,
        () => 500,
      )
      response.writeHead(status).end()
      return
    }
    const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname
    const content = await readFile(join(directory, file)).catch(() => undefined)
    response.writeHead(content ? 200 : 404, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(content)
  }
  await using server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  // Containers have little shared memory; of what a browser does besides, nothing is wanted.
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
  options.push('--disable-background-networking', '--disable-component-update', '--enable-logging=stderr')
  const profile = `--user-data-dir=${join(directory, 'profile')}`
  const enough = new AbortController()
  const browsing = run([browser, ...options, profile, url], { limit, signal: enough.signal })
  const closed = browsing.then(() => Promise.reject(new Error('The browser closed without a report.')))
  try {
    return await Promise.race([report.promise, closed])
  } finally {
    enough.abort()
    await browsing.catch(() => {})
  }
}
