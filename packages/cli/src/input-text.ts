/** Text that a command is given: of a file, or of its standard input (protocol 05 §6.2). */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { readingFailure } from './base-directory.ts'
import type { Context } from './context.ts'
import { InvalidArgument } from './failures.ts'

/** As it is, with all of its line ends. @throws InvalidArgument for bytes that are no UTF-8, which the server cannot keep. */
export async function readInput(context: Context, file: string | undefined): Promise<string> {
  const bytes = file === undefined ? await readStdin(context) : await readBytes(resolve(context.host.cwd(), file))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InvalidArgument(`${file === undefined ? 'The standard input' : `File "${file}"`} is no text of UTF-8.`)
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw readingFailure(path, error)
  }
}

async function readStdin({ host, signal }: Context): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  const end = (): void => void host.stdin.destroy()
  signal.addEventListener('abort', end, { once: true })
  try {
    for await (const chunk of host.stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
  signal.throwIfAborted()
  return Buffer.concat(chunks)
}
