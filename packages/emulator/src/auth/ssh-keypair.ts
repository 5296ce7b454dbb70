/** RSA key pairs as the manager makes them: an OpenSSH line, and PEM of PKCS #1 (protocol 01 §3.6). */

export interface SSHKeypair {
  publicKey: string
  privateKey: string
}

export async function newKeypair(): Promise<SSHKeypair> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const key = await crypto.subtle.exportKey('jwk', pair.privateKey)
  const part = (text: string | undefined): Uint8Array =>
    fromBase64((text ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  const [n, e] = [part(key.n), part(key.e)]
  const numbers = [new Uint8Array([0]), n, e, ...[key.d, key.p, key.q, key.dp, key.dq, key.qi].map(part)]
  const line = toBase64(join([sized(ascii('ssh-rsa')), sized(signed(e)), sized(signed(n))]))
  const body = toBase64(element(0x30, join(numbers.map((number) => element(0x02, signed(number))))))
  const lines = body.replaceAll(/.{1,64}/g, '$&\n')
  return {
    publicKey: `ssh-rsa ${line}\n`,
    privateKey: `-----BEGIN RSA PRIVATE KEY-----\n${lines}-----END RSA PRIVATE KEY-----\n`,
  }
}

/** Whether a line could be a public key: its own first field says what its name says. */
export function readPublicKey(line: string): boolean {
  const [kind = '', data = ''] = line.trim().split(/\s+/)
  if (!/^(?:ssh|ecdsa|sk)-/.test(kind) || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return false
  const bytes = fromBase64(data)
  return new TextDecoder().decode(bytes.slice(4, 4 + kind.length)) === kind
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** Positive numbers begin with a bit that is 0. */
const signed = (number: Uint8Array): Uint8Array =>
  (number[0] ?? 0) > 127 ? join([new Uint8Array([0]), number]) : number

/** RFC 4251: four bytes of length. */
function sized(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return join([length, bytes])
}

/** DER. */
function element(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return join([new Uint8Array([tag, ...size]), content])
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
