/** `/func/…`: calls, streams and sockets passed on to the manager, as the user that is logged in (protocol 01 §5.5). */
import type { Bindings } from '../cluster.ts'
import { parseJson, pythonJson } from '../formats/json.ts'
import type { Profile } from '../profiles.ts'
import type { ServerSocket, SocketHandler } from '../sockets/sockets.ts'
import { webserverProblem } from './problems.ts'
import type { WebserverTraits } from './traits.ts'

/** The manager behind a webserver. */
export interface Manager {
  fetch(request: Request, bindings: Bindings): Promise<Response>
  upgrade(request: Request, bindings: Bindings): Promise<Response | SocketHandler>
}

/** Everything else of a request stays behind: ranges, conditions, delegation. */
const passedHeaders = ['Content-Type', 'X-BackendAI-Version', 'Accept-Language', 'Cookie']

/** Routes without a login, all releases taken together. */
const anonymousPaths = [
  ['GET', /^\/$/],
  ['GET', /^\/(?:cloud|custom-auth|openid)\//],
  ['POST', /^\/(?:cloud|custom-auth|openid|saml)\//],
  ['POST', /^\/auth\/signup$/],
] as const

const isRegistration = /^\/totp\/anon(?:\/verify)?$/

export const isAnonymous = (method: string, path: string, { registersFactors }: WebserverTraits): boolean =>
  anonymousPaths.some(([known, pattern]) => known === method && pattern.test(path)) ||
  (registersFactors && method === 'POST' && isRegistration.test(path))

/** Lists of apps and the old events are plain requests below `/stream` (§5.5). */
export function isSocketPath(path: string, { upgrades }: WebserverTraits): boolean {
  const isStream = path.startsWith('/stream/') && !/^\/stream\/session\/[^/]+\/apps$/.test(path)
  return upgrades === 'any' || (isStream && path !== '/stream/kernel/_/events')
}

export interface RelayOptions {
  profile: Profile
  traits: WebserverTraits
  manager: Manager
  /** Whether a close of the manager's stays here (observed 23.9.10 and 26.9.6). */
  keepsSocketsOpen: boolean
}

/** @param accessKey of the user; undefined for nobody. */
export async function relay(request: Request, accessKey: string | undefined, options: RelayOptions): Promise<Response> {
  const { profile, traits, manager } = options
  const { outer, bindings } = passedOn(request, accessKey, options)
  let response: Response
  try {
    response = await manager.fetch(outer, bindings)
  } catch (error) {
    if (request.signal.aborted) throw error
    return webserverProblem(profile, 'bad-gateway')
  }
  if (response.status >= 400 && traits.problems === 'rebuilt') return rebuilt(response)
  const headers = new Headers(response.headers)
  headers.delete('Server')
  return new Response(response.body, { status: response.status, headers })
}

/** A refusal of the manager's is lost on the way: 502 whatever it was (observed 23.9.10 and 26.9.6). */
export async function relayUpgrade(
  request: Request,
  accessKey: string,
  options: RelayOptions,
): Promise<Response | SocketHandler> {
  const { outer, bindings } = passedOn(request, accessKey, options)
  const answer = await options.manager.upgrade(outer, bindings).catch(() => undefined)
  if (!answer || answer instanceof Response) return webserverProblem(options.profile, 'bad-gateway')
  return (socket) => answer(relayed(socket, options.keepsSocketsOpen))
}

function passedOn(
  request: Request,
  accessKey: string | undefined,
  { profile }: RelayOptions,
): { outer: Request; bindings: Bindings } {
  const url = new URL(request.url)
  const headers = new Headers()
  for (const name of passedHeaders) {
    const value = request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  if (!headers.has('X-BackendAI-Version')) headers.set('X-BackendAI-Version', profile.announcedVersion)
  const { method, signal } = request
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal }
  if (request.body) {
    init.body = request.body
    init.duplex = 'half'
  }
  const outer = new Request(`http://manager${target(url)}`, init)
  return { outer, bindings: { host: 'manager', ...(accessKey !== undefined && { accessKey }) } }
}

/** The path is decoded and encoded again, so that `%2F` becomes a slash; the query likewise. */
function target(url: URL): string {
  const path = decodeURIComponent(url.pathname.slice('/func'.length))
  const query = new URLSearchParams(url.search).toString()
  const encoded = encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')
  return query === '' ? encoded : `${encoded}?${query}`
}

/** The document alone, written anew; what is no JSON becomes a generic one. */
async function rebuilt(response: Response): Promise<Response> {
  const parsed = parseJson(await response.text())
  const document = parsed?.value ?? { type: 'https://api.backend.ai/probs/generic-error', title: 'Unknown error' }
  return new Response(pythonJson(document), {
    status: response.status,
    headers: { 'Content-Type': 'application/problem+json' },
  })
}

/** Bytes of one message of the manager's, whose texts are ASCII (protocol 02 §6.2). */
const largestMessage = 4 * 1024 * 1024

/**
 * Close codes are not passed on (protocol 02 §6.2). A message of the manager that is too large ends the relay, and the
 * client hears no word of it (observed 23.9.10 and 26.9.6).
 */
export function relayed(socket: ServerSocket, keepsOpen: boolean): ServerSocket {
  let isOver = false
  const end = (): void => {
    isOver = true
    manager.onclose?.(1009, '')
  }
  const manager: ServerSocket = {
    onmessage: null,
    onclose: null,
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send(data) {
      if (isOver) return
      if (data.length > largestMessage) end()
      else socket.send(data)
    },
    sendRaw: (bytes) => socket.sendRaw(bytes),
    mute: () => socket.mute(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close() {
      if (!keepsOpen && !isOver) socket.close(1000)
    },
    terminate: () => socket.terminate(),
  }
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
  socket.onmessage = (data) => {
    if (!isOver) manager.onmessage?.(data)
  }
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  socket.onclose = (code, reason) => {
    if (!isOver) manager.onclose?.(code, reason)
  }
  return manager
}
