import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, expect } from 'vitest'

import { keypair } from './auth.ts'
import { path } from './path.ts'
import { importSecret, keyDay, stringToSign } from './signing.ts'
import { createTransport, type Transport } from './transport.ts'

/** What is signed is what travels: checked on the raw request line and headers that arrive at a real socket. */
const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
let arrived: IncomingMessage
let transport: Transport

const server = createServer((request, response) => {
  arrived = request
  request.resume()
  response.end('{}')
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  transport = createTransport({
    endpoint: `http://127.0.0.1:${port}/pre fix/`,
    auth: keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey }),
    apiVersion: 'v7.20230615',
  })
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function expectedSignature(request: IncomingMessage): Promise<string> {
  const date = String(request.headers['x-backendai-date'])
  const host = request.headers.host!
  const secret = await importSecret(secretKey, 'SHA-256')
  const text = stringToSign(
    {
      method: request.method!,
      target: request.url!,
      date,
      host,
      contentType: request.headers['content-type'] ?? null,
      version: String(request.headers['x-backendai-version']),
    },
    secret.emptyHash,
  )
  const sign = await secret.signer(keyDay(date), host)
  return sign(text)
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => value.isWellFormed())
const segment = text.filter((value) => !['', '.', '..'].includes(value))

test.prop(
  [
    segment,
    fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.integer(), fc.boolean())),
    fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  ],
  {
    numRuns: 300,
  },
)('every path, query and method is signed byte for byte as sent', async (name, query, method) => {
  await transport.send({
    method,
    path: path`/session/${name}/x`,
    query,
    ...(method === 'GET' ? {} : { json: { name } }),
  })
  expect(arrived.headers.authorization).toBe(
    `BackendAI signMethod=HMAC-SHA256, credential=AKIAIOSFODNN7EXAMPLE:${await expectedSignature(arrived)}`,
  )
  // And it means what was meant.
  const url = new URL(arrived.url!, 'http://h')
  expect(decodeURIComponent(url.pathname)).toBe(`/pre fix/session/${name}/x`)
  const sent = Object.entries(query).flatMap(([key, value]) => [value].flat().map((item) => [key, String(item)]))
  expect([...url.searchParams]).toEqual(sent)
})

test.each([
  ['text', 'abc', 'text/plain;charset=UTF-8'],
  ['form', new URLSearchParams({ a: '1' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
  ['bytes', new Uint8Array([1, 2, 3]), undefined],
  ['typed blob', new Blob(['x'], { type: 'image/png' }), 'image/png'],
])('a body of %s is signed with the type that the platform adds', async (_name, body, type) => {
  await transport.send({ method: 'POST', path: '/x', body })
  expect(arrived.headers['content-type']).toBe(type)
  expect(arrived.headers.authorization).toContain(await expectedSignature(arrived))
})

test('multipart, whose boundary is not signed', async () => {
  const form = new FormData()
  form.append('src', new Blob(['x']), 'dir/한글.txt')
  await transport.send({ method: 'POST', path: '/session/s/upload', body: form })
  expect(arrived.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(arrived.headers.authorization).toContain(await expectedSignature(arrived))
})
