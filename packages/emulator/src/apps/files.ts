/** `webapp` and `httpd`: the files of a session's home, as Python's `http.server` shows them. */
import type { FoundFile } from '../sessions/work-directory.ts'
import type { AppPlace } from './app.ts'
import { type AppConnection, writeAll } from './connection.ts'
import { headOf, readRequest } from './http.ts'

const utf8 = new TextEncoder()

export const fileApp =
  (place: AppPlace, directory: string) =>
  (connection: AppConnection): void =>
    void answer(place, directory, connection).catch(() => connection.close())

async function answer({ directories, home }: AppPlace, directory: string, connection: AppConnection): Promise<void> {
  const request = await readRequest(connection)
  if (!request) return connection.close()
  const { method, target } = request
  const { status, type, size, chunks } = await resultOf()
  const head = headOf(`HTTP/1.0 ${status}`, {
    Server: 'SimpleHTTP/0.6 Python/3.13.0',
    Date: new Date().toUTCString(),
    'Content-type': type,
    'Content-Length': size,
  })
  // Whether the client goes away is looked for in between.
  connection.resume()
  connection.write(head)
  if (method !== 'HEAD') await writeAll(connection, chunks)
  connection.close()

  async function resultOf(): Promise<Result> {
    if (method !== 'GET' && method !== 'HEAD') return failed(501, `Unsupported method ('${method}')`)
    const path = pathOf(target)
    const work = await directories()
    if (path === null) return failed(404, 'File not found')
    // Where there are no files, the home is empty.
    const found: FoundFile | null = work
      ? await work.find(home, `${directory}/${path}`)
      : /^\/*$/.test(path)
        ? { kind: 'directory', names: [] }
        : null
    if (!found) return failed(404, 'File not found')
    if (found.kind === 'directory') return html('200 OK', listing(path, found.names))
    return { status: '200 OK', type: typeOf(path), size: found.size, chunks: found.chunks() }
  }
}

interface Result {
  status: string
  type: string
  size: number
  chunks: AsyncIterable<Uint8Array>
}

/** Without the query; null where it cannot be read. */
function pathOf(target: string): string | null {
  try {
    return decodeURIComponent(target.replace(/[?#].*$/, ''))
  } catch {
    return null
  }
}

function html(status: string, text: string): Result {
  const bytes = utf8.encode(text)
  const chunks = (async function* () {
    yield bytes
  })()
  return { status, type: 'text/html; charset=utf-8', size: bytes.length, chunks }
}

const failed = (status: number, message: string): Result =>
  html(
    `${status} ${message}`,
    [
      '<!DOCTYPE HTML>',
      '<html lang="en">',
      '    <head>',
      '        <meta charset="utf-8">',
      '        <title>Error response</title>',
      '    </head>',
      '    <body>',
      '        <h1>Error response</h1>',
      `        <p>Error code: ${status}</p>`,
      `        <p>Message: ${escaped(message)}.</p>`,
      '    </body>',
      '</html>',
      '',
    ].join('\n'),
  )

const listing = (path: string, names: readonly string[]): string =>
  [
    '<!DOCTYPE HTML>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<title>Directory listing for ${escaped(path)}</title>`,
    '</head>',
    '<body>',
    `<h1>Directory listing for ${escaped(path)}</h1>`,
    '<hr>',
    '<ul>',
    ...names.map(
      (name) => `<li><a href="${name.split('/').map(encodeURIComponent).join('/')}">${escaped(name)}</a></li>`,
    ),
    '</ul>',
    '<hr>',
    '</body>',
    '</html>',
    '',
  ].join('\n')

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const types: Readonly<Record<string, string>> = {
  css: 'text/css',
  csv: 'text/csv',
  gif: 'image/gif',
  html: 'text/html',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  png: 'image/png',
  py: 'text/x-python',
  svg: 'image/svg+xml',
  txt: 'text/plain',
}

const typeOf = (path: string): string => types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
