/** The files of a `run`, read before anything is created. */
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'

import type { SessionFile } from '@backend-ai-sdk/client'

import { InvalidArgument } from '../../failures.ts'

/** Of a file in an upload to a session; the client refuses it too, but when the session runs already. */
const fileLimit = 1024 * 1024

/** @throws InvalidArgument for one that is missing, too large, or outside of the base directory. */
export async function readUploads(
  files: readonly string[],
  basedir: string | undefined,
  cwd: string,
): Promise<SessionFile[]> {
  const base = resolve(cwd, basedir ?? '.')
  return Promise.all(files.map((file) => readUpload(resolve(cwd, file), base)))
}

async function readUpload(path: string, base: string): Promise<SessionFile> {
  const name = relative(base, path)
  if (name === '' || name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name))
    throw new InvalidArgument(`File "${path}" is outside of the base directory "${base}".`)
  try {
    const { size } = await stat(path)
    if (size >= fileLimit)
      throw new InvalidArgument(
        `File "${path}" has ${size} bytes, and a session takes files below ${fileLimit}: use a folder (-m) for larger ones.`,
      )
    return { path: name.replaceAll(sep, '/'), data: new Uint8Array(await readFile(path)) }
  } catch (error) {
    if (error instanceof InvalidArgument) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new InvalidArgument(`File "${path}" does not exist.`)
    if (code === 'EISDIR') throw new InvalidArgument(`"${path}" is a directory: name the files in it.`)
    throw new InvalidArgument(`File "${path}" cannot be read: ${(error as Error).message}`)
  }
}
