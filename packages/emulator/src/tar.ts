/** The archive that old releases put a file into before it is sent. */

const block = 512

export function tarOf(name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const dataEnd = block + Math.ceil(bytes.length / block) * block
  const archive = new Uint8Array(dataEnd + 2 * block)
  const write = (at: number, field: string): void => archive.set(new TextEncoder().encode(field), at)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  write(0, name.slice(0, 100))
  write(100, `${octal(0o644, 7)}\0`)
  write(124, `${octal(bytes.length, 11)}\0`)
  write(156, '0')
  write(257, 'ustar\u000000')
  // Of the header, with the sum itself as blanks.
  write(148, ' '.repeat(8))
  const sum = archive.subarray(0, block).reduce((total, byte) => total + byte, 0)
  write(148, `${octal(sum, 6)}\0 `)
  archive.set(bytes, block)
  return archive
}
