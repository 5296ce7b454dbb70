/**
 * Who calls? The manager's side of request signing (protocol 01 §2), with its split into 400 for what cannot be read
 * and 401 for what does not fit.
 */
import { mediaType } from '@backend-ai-sdk/core/signing'

import type { Bindings, Cluster, Requester } from '../cluster.ts'
import { parseDate, type ParsedDate } from '../formats/dates.ts'
import { Problem } from '../problems.ts'
import { crashingHashes, emptyHashes, sameText, signerOf } from './hmac.ts'
import { verifyToken } from './json-web-token.ts'

/** Strictly less, either way. */
const skewLimit = 15 * 60 * 1000

const authFailed = (msg: string): Problem => new Problem('auth-failed', { msg })
const invalid = (msg: string): Problem => new Problem('invalid-auth-params', { msg })

/** The requester, or null for a request without credentials. Throws the problem of one with wrong ones. */
export async function authenticate(cluster: Cluster, request: Request, bindings: Bindings): Promise<Requester | null> {
  const { profile } = cluster
  if (bindings.accessKey !== undefined) return requesterOf(cluster, bindings.accessKey, 'HMAC')
  let date = profile.dateAlwaysChecked ? checkDate(cluster, request) : undefined
  const token = request.headers.get('X-BackendAI-Token')
  if (profile.jsonWebTokens && token) return requesterOf(cluster, await verifyToken(cluster, token), 'database')
  const header = request.headers.get('Authorization')
  if (!header) return null
  date ??= checkDate(cluster, request)
  const credential = parseAuthorization(header)
  const { requester, isValid } = await verifySignature(cluster, request, bindings, credential, date)
  if (!isValid) throw authFailed(profile.methodInAuthMessages ? 'HMAC signature mismatch' : 'Signature mismatch')
  return requester
}

/** The date that counts, as text: `Date` beats the names that browsers may set (trap 3). */
const dateText = (headers: Headers): string | null =>
  headers.get('Date') || headers.get('X-BackendAI-Date') || headers.get('X-Sorna-Date')

function checkDate(cluster: Cluster, request: Request): ParsedDate {
  const date = parseDate(dateText(request.headers) ?? '')
  if (!date || Math.abs(cluster.clock() - date.time) >= skewLimit) throw invalid('Date/time sync error')
  return date
}

interface Credential {
  accessKey: string
  signature: string
  hash: string
}

/** `BackendAI signMethod=HMAC-SHA256, credential=KEY:SIGNATURE`; order and spaces are free, the scheme's case is not. */
function parseAuthorization(header: string): Credential {
  const space = header.indexOf(' ')
  const scheme = space === -1 ? header : header.slice(0, space)
  if (space === -1) throw invalid('Malformed authorization header')
  if (scheme !== 'BackendAI' && scheme !== 'Sorna') throw invalid('Invalid authorization type name')
  const parameters = new Map<string, string>()
  for (const piece of header.slice(space + 1).split(',')) {
    const equals = piece.indexOf('=')
    // The manager does not catch this one (trap 9).
    if (equals === -1) throw new Problem('internal-server-error')
    parameters.set(piece.slice(0, equals).trim(), piece.slice(equals + 1).trim())
  }
  const credential = parameters.get('credential') ?? ''
  const method = parameters.get('signMethod')
  const colon = credential.indexOf(':')
  if (colon === -1 || method === undefined) throw invalid('Missing or malformed authorization parameters')
  return { accessKey: credential.slice(0, colon), signature: credential.slice(colon + 1), hash: hashOf(method) }
}

/** Lower-case name after the only hyphen: `SHA3-256` has two and is no hash here (trap 8). */
function hashOf(method: string): string {
  const [mac = '', hash = '', ...more] = method.split('-')
  if (more.length > 0) throw authFailed('Invalid signature')
  if (mac.toLowerCase() !== 'hmac') throw invalid('Unsupported request signing method (MAC type)')
  const name = hash.toLowerCase()
  if (crashingHashes.has(name)) throw new Problem('internal-server-error')
  if (emptyHashes[name] === undefined) throw invalid('Unsupported request signing method (hash type)')
  return name
}

interface Verified {
  requester: Requester
  isValid: boolean
}

async function verifySignature(
  cluster: Cluster,
  request: Request,
  bindings: Bindings,
  credential: Credential,
  { day }: ParsedDate,
): Promise<Verified> {
  const { headers } = request
  const date = dateText(headers) ?? ''
  const version = headers.get('X-BackendAI-Version')
  const legacyVersion = headers.get('X-Sorna-Version')
  if (!version && !legacyVersion) throw invalid('API version missing in request headers')
  const requester = requesterOf(cluster, credential.accessKey, 'HMAC')
  const { target, host } = addressOf(cluster, request, bindings)
  const text = [
    request.method.toUpperCase(),
    target,
    date,
    `host:${host}`,
    `content-type:${mediaType(headers.get('Content-Type'))}`,
    version ? `x-backendai-version:${version}` : `x-sorna-version:${legacyVersion}`,
    emptyHashes[credential.hash],
  ].join('\n')
  const sign = await signerOf(
    { hash: credential.hash, secretKey: requester.keypair.secretKey, day, host },
    cluster.hmac,
  )
  if (!sign) throw invalid('Unsupported request signing method (hash type)')
  const signature = await sign(text)
  return { requester, isValid: sameText(signature, credential.signature) }
}

/** Raw request target and raw Host; behind a proxy that says so, the outer ones without the query (01 §2.9). */
function addressOf(cluster: Cluster, request: Request, bindings: Bindings): { target: string; host: string } {
  const url = new URL(request.url)
  const forwarded = cluster.profile.forwardedURL ? request.headers.get('X-Forwarded-URL') : null
  if (forwarded && URL.canParse(forwarded)) {
    const outer = new URL(forwarded)
    return { target: outer.pathname, host: outer.host }
  }
  return { target: bindings.rawTarget ?? url.pathname + url.search, host: bindings.host ?? url.host }
}

function requesterOf(cluster: Cluster, accessKey: string, found: 'HMAC' | 'database'): Requester {
  const { state, profile } = cluster
  const keypair = state.keypairs.get(accessKey)
  const user = keypair && state.users.get(keypair.userId)
  if (!keypair?.isActive || user?.status !== 'active') {
    throw authFailed(`Access key not found${profile.methodInAuthMessages ? ` in ${found}` : ''}`)
  }
  keypair.lastUsed = cluster.clock()
  keypair.queries += 1
  return { user, keypair }
}
