/** Bodies of several parts: forms of files as aiohttp reads them, and the answers of downloads. */
import { newHex } from '../random.ts'

export interface FormFile {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

/** The parts with a file name, in order; undefined for what is no form. */
export function filesOfForm(body: Uint8Array<ArrayBuffer>, contentType: string): FormFile[] | undefined {
  const boundary = /^multipart\/form-data;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  if (!boundary) return undefined
  // Each byte is one character; the decoder called latin1 is another one.
  let latin = ''
  for (let at = 0; at < body.length; at += 8192) latin += String.fromCharCode(...body.subarray(at, at + 8192))
  const [, ...parts] = latin.split(`--${boundary[1] ?? boundary[2]}`)
  if (!parts.at(-1)?.startsWith('--')) return undefined
  const files: FormFile[] = []
  for (const part of parts.slice(0, -1)) {
    const headerEnd = part.indexOf('\r\n\r\n')
    if (headerEnd === -1 || !part.endsWith('\r\n')) return undefined
    const name = fileName(utf8(part.slice(0, headerEnd)))
    if (name !== undefined) files.push({ name, bytes: bytesOf(part.slice(headerEnd + 4, -2)) })
  }
  return files
}

/** A name of RFC 5987 beats the other. Percent signs of that one mean themselves, backslashes hide what follows. */
function fileName(headers: string): string | undefined {
  const [, extended] = /\bfilename\*=UTF-8''([^\s;]+)/i.exec(headers) ?? []
  if (extended !== undefined) return decodeURIComponent(extended)
  const [, quoted, plain] = /\bfilename=(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))/i.exec(headers) ?? []
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
}

const bytesOf = (latin: string): Uint8Array<ArrayBuffer> => Uint8Array.from(latin, (unit) => unit.charCodeAt(0))
const utf8 = (latin: string): string => new TextDecoder().decode(bytesOf(latin))

export function multipartOf(parts: readonly Uint8Array<ArrayBuffer>[]): Response {
  const boundary = newHex(16)
  const chunks = parts.flatMap((part) => [
    `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Encoding: identity\r\n`,
    `Content-Length: ${part.length}\r\n\r\n`,
    part,
    '\r\n',
  ])
  const headers = { 'Content-Type': `multipart/mixed; boundary=${boundary}` }
  return new Response(new Blob([...chunks, `--${boundary}--\r\n`]), { headers })
}
