/** The HMAC of Node's crypto module, which Deno and Bun have too: 2 µs where WebCrypto takes 40 (docs/performance.md). */
import type { HashName, Sign } from './signing.ts'

interface Crypto {
  createSecretKey: (key: Uint8Array) => object
  createHmac: (hash: string, key: object) => { update(text: string): { digest(encoding: 'hex'): string } }
}

export function signWith(crypto: unknown, key: Uint8Array, hash: HashName): Sign {
  const { createHmac, createSecretKey } = crypto as Crypto
  const secret = createSecretKey(key)
  const name = hash.replace('-', '')
  return (text) => createHmac(name, secret).update(text).digest('hex')
}
