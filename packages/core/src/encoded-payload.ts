/**
 * Request bodies as the webserver takes them with `X-BackendAI-Encoded: true` (protocol §5.8): AES-256-CBC under a
 * key that anyone can compute from the message and the endpoint. It hides bodies from a glance at plain http; it is
 * obfuscation and no encryption.
 */

/**
 * @param endpoint `scheme://host[:port]` as the webserver sees it: no path, no default port.
 * @param iv 16 ASCII letters or digits; random by default.
 */
export async function encodePayload(
  body: string,
  endpoint: string,
  iv: string = randomAlphanumeric(16),
): Promise<string> {
  const bytes = new TextEncoder().encode(body)
  const encrypted = await crypto.subtle.encrypt(cipher(iv), await payloadKey(endpoint, iv, 'encrypt'), bytes)
  return `${iv}:${btoa(String.fromCharCode(...new Uint8Array(encrypted)))}`
}

/** The webserver's side, for local servers and tests. */
export async function decodePayload(payload: string, endpoint: string): Promise<string> {
  const iv = payload.slice(0, 16)
  const bytes = Uint8Array.from(atob(payload.slice(17)), (character) => character.charCodeAt(0))
  const decrypted = await crypto.subtle.decrypt(cipher(iv), await payloadKey(endpoint, iv, 'decrypt'), bytes)
  return new TextDecoder().decode(decrypted)
}

const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

const cipher = (iv: string): AesCbcParams => ({ name: 'AES-CBC', iv: ascii(iv) })

function payloadKey(endpoint: string, iv: string, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const key = (btoa(endpoint) + iv + iv).slice(0, 32)
  return crypto.subtle.importKey('raw', ascii(key), 'AES-CBC', false, [usage])
}

function randomAlphanumeric(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % alphabet.length]).join('')
}
