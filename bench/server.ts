/**
 * A manager that answers at once, in a process of its own: `GET /` with its version, everything else with the list of
 * sessions. `--wait 5` makes it as far away as a near cluster, in milliseconds.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'

import { sessionList, versionDocument } from './reply.ts'

const { values: options } = parseArgs({ options: { wait: { type: 'string', default: '0' } } })
const wait = Number(options.wait)

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const [version, list] = [encode(versionDocument), encode(sessionList)]

const server = createServer((request, response) => {
  const body = request.url === '/' ? version : list
  const answer = (): void => {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
    response.end(body)
  }
  request.resume()
  request.on('end', () => void (wait > 0 ? setTimeout(answer, wait) : answer()))
})
// Variants wait for their turn with open connections.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
process.once('disconnect', () => process.exit())
