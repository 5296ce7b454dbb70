/** `X-BackendAI-Token` of managers ≥25.16 (protocol 01 §3.3): HS256 with the user's secret key. */
import type { Cluster } from '../cluster.ts'
import { isObject, type JsonObject, parseJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import { keyedHash, sameText } from './hmac.ts'

const utf8 = new TextEncoder()

const refused = (text: string): Problem => new Problem('auth-failed', { msg: `JWT validation failed: ${text}` })

const decodeBase64 = (text: string): string => {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}

export const toBase64URL = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** The object in a part of a token, where there is one. */
export function part(text: string | undefined): JsonObject | undefined {
  const parsed = parseJson(decodeBase64(text ?? ''))
  return parsed && isObject(parsed.value) ? parsed.value : undefined
}

/** The access key that it is for. */
export async function verifyToken(cluster: Cluster, token: string): Promise<string> {
  const [header, payload, signature] = token.split('.')
  const claims = part(payload)
  // 26.9.6 itself answers 500 to a text that is no token at all; the document says 401.
  if (part(header)?.['alg'] !== 'HS256' || !claims || signature === undefined) {
    throw refused('Failed to decode the JWT token.')
  }
  for (const name of ['access_key', 'role', 'exp', 'iat']) {
    if (claims[name] === undefined) {
      throw refused(`JWT claims are invalid. (JWT claims are invalid: '${name}')`)
    }
  }
  const { access_key: accessKey, role, exp } = claims as { access_key: unknown; role: unknown; exp: unknown }
  const keypair = cluster.state.keypairs.get(String(accessKey))
  if (!keypair) throw new Problem('auth-failed', { msg: 'Access key not found in database' })
  const secret = utf8.encode(keypair.secretKey)
  const expected = await keyedHash('sha256', secret, utf8.encode(`${header}.${payload}`), undefined)
  if (!expected || !sameText(toBase64URL(expected), signature)) {
    throw refused('JWT signature verification failed. (JWT signature verification failed)')
  }
  if (typeof exp !== 'number' || exp * 1000 <= cluster.clock()) {
    throw refused('JWT token has expired. (JWT token has expired)')
  }
  if (!['admin', 'user', 'superadmin'].includes(String(role))) {
    throw refused(`JWT claims are invalid. (Invalid role: ${String(role)})`)
  }
  return keypair.accessKey
}
