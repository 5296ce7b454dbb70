/** Bodies with `X-BackendAI-Encoded` (protocol 01 §5.8): AES-256-CBC under a key that is made of the address. */

/** @param endpoint `scheme://host[:port]`, as this side sees it. */
export async function decodeBody(payload: string, endpoint: string): Promise<string> {
  const separator = payload.indexOf(':')
  const iv = ascii(payload.slice(0, separator))
  const encrypted = Uint8Array.from(atob(payload.slice(separator + 1)), (character) => character.charCodeAt(0))
  const material = ascii((btoa(endpoint) + payload.slice(0, separator).repeat(2)).slice(0, 32))
  const key = await crypto.subtle.importKey('raw', material, 'AES-CBC', false, ['decrypt'])
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, encrypted))
}

const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
