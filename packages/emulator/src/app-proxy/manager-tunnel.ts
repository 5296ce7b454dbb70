/** How a proxy of the first version reaches apps: by tunnels through the manager, in the name of its user. */
import { authorization, importSecret, keyDay, stringToSign } from '@backend-ai-sdk/core/signing'
import { WebSocket } from 'ws'

import type { AppConnection } from '../apps/connection.ts'
import { isObject, type JsonObject, parseJson } from '../formats/json.ts'

/** A cluster, and who calls it: what `PUT /conf` tells. */
export interface ManagerAccess {
  endpoint: string
  credentials: { accessKey: string; secretKey: string } | { session: string }
}

/** Above it, what is to be sent waits. */
const highWater = 1024 * 1024

/** Null where the configuration has no such access. */
export function readAccess(conf: JsonObject): ManagerAccess | null {
  const { mode, session, endpoint, access_key: accessKey, secret_key: secretKey } = conf
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return null
  const base = endpoint.replace(/\/+$/, '')
  if (mode === 'SESSION') return typeof session === 'string' ? { endpoint: base, credentials: { session } } : null
  if (typeof accessKey !== 'string' || typeof secretKey !== 'string') return null
  return { endpoint: base, credentials: { accessKey, secretKey } }
}

/** `target` as in the request line, below the endpoint. */
async function prepare(
  { endpoint, credentials }: ManagerAccess,
  target: string,
): Promise<{ url: string; headers: Record<string, string> }> {
  if ('session' in credentials) {
    return { url: `${endpoint}/func${target}`, headers: { Cookie: `AIOHTTP_SESSION=${credentials.session}` } }
  }
  const url = new URL(endpoint + target)
  const version = await versionOf(endpoint)
  const date = new Date().toISOString()
  const parts = { method: 'GET', target: url.pathname + url.search, date, host: url.host, contentType: null, version }
  const secret = await importSecret(credentials.secretKey, 'SHA-256')
  const sign = await secret.signer(keyDay(date), url.host)
  const signature = await sign(stringToSign(parts, secret.emptyHash))
  return {
    url: url.href,
    headers: {
      'X-BackendAI-Date': date,
      'X-BackendAI-Version': version,
      Authorization: authorization('SHA-256', credentials.accessKey, signature),
    },
  }
}

/** What the manager itself announces. */
async function versionOf(endpoint: string): Promise<string> {
  const response = await fetch(`${endpoint}/`)
  const answer = parseJson(await response.text())?.value
  const version = isObject(answer) ? answer['version'] : undefined
  if (typeof version !== 'string') throw new Error('This endpoint is no manager.')
  return version
}

/** The status of the answer, and the apps where it is 200. */
export async function listApps(access: ManagerAccess, session: string): Promise<{ status: number; apps: unknown[] }> {
  const { url, headers } = await prepare(access, `/stream/session/${encodeURIComponent(session)}/apps`)
  const response = await fetch(url, { headers })
  const apps = parseJson(await response.text())?.value
  return { status: response.status, apps: Array.isArray(apps) ? apps : [] }
}

export async function openTunnel(
  access: ManagerAccess,
  session: string,
  query: URLSearchParams,
): Promise<AppConnection> {
  const { url, headers } = await prepare(
    access,
    `/stream/session/${encodeURIComponent(session)}/httpproxy?${String(query)}`,
  )
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers, perMessageDeflate: false })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return connectionOf(socket)
}

function connectionOf(socket: WebSocket): AppConnection {
  let isFull = false
  const connection: AppConnection = {
    ondata: null,
    ondrain: null,
    onend: null,
    write(bytes) {
      if (socket.readyState !== WebSocket.OPEN) return true
      socket.send(bytes, () => {
        if (!isFull || socket.bufferedAmount > highWater) return
        isFull = false
        connection.ondrain?.()
      })
      isFull ||= socket.bufferedAmount > highWater
      return !isFull
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close() {
      // Unread, its end would not be heard.
      socket.resume()
      socket.close(1000)
    },
  }
  socket.pause()
  socket.on('message', (data, isBinary) => {
    if (isBinary) connection.ondata?.(data as Buffer)
  })
  socket.on('close', () => connection.onend?.())
  // `close` follows.
  socket.on('error', () => {})
  return connection
}
