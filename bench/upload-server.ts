/**
 * What takes uploads and keeps nothing of them, in a process of its own: a raw TCP port that answers with one byte at
 * the end, and a manager with its storage proxy, of release 26.9 as far as an upload meets it (protocol 03 §2.2).
 */
import { once } from 'node:events'
import { createServer as createHTTPServer, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { json } from 'node:stream/consumers'

import { versionDocument } from './reply.ts'

const raw = createServer({ allowHalfOpen: true }, (socket) => {
  socket.resume().on('end', () => socket.end('.'))
})

const uploads = new Map<string, { path: string; size: number; offset: number }>()

async function take(request: IncomingMessage): Promise<number> {
  let length = 0
  request.on('data', (chunk: Buffer) => (length += chunk.length))
  await once(request, 'end')
  return length
}

const web = createHTTPServer((request, response) => {
  void answer(request).then(({ status = 200, headers = {}, body }) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const type = text && { 'content-type': 'application/json' }
    response.writeHead(status, { ...headers, ...type, 'content-length': Buffer.byteLength(text) }).end(text)
  })
})

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url!, 'http://server')
  if (pathname === '/upload') {
    const upload = uploads.get(searchParams.get('token') ?? '')!
    if (request.method === 'PATCH') upload.offset += await take(request)
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': String(upload.offset) }
    return request.method === 'PATCH'
      ? { status: 204, headers }
      : { headers: { ...headers, 'upload-length': String(upload.size) } }
  }
  if (pathname.endsWith('/request-upload')) {
    const { path, size } = (await json(request)) as { path: string; size: number }
    const token = String(uploads.size)
    uploads.set(token, { path, size, offset: 0 })
    return { body: { token, url: `http://127.0.0.1:${portOf(web)}/upload` } }
  }
  if (pathname.endsWith('/files')) {
    const date = new Date().toISOString()
    const fileOf = ({ path, offset }: { path: string; offset: number }) => ({
      name: path,
      type: 'FILE',
      size: offset,
      mode: '-rw-r--r--',
      created: date,
      modified: date,
    })
    // The newest of a path, as a folder has it.
    return {
      body: { items: [...new Map([...uploads.values()].map((upload) => [upload.path, fileOf(upload)])).values()] },
    }
  }
  return { body: versionDocument }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

for (const server of [raw, web]) await once(server.listen(0, '127.0.0.1'), 'listening')
process.send!({ raw: portOf(raw), web: portOf(web) })
