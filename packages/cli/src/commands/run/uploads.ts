/** The files of a `run`, read before anything is created. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { SessionFile } from '@backend-ai-sdk/client'

import { pathBelow, readingFailure } from '../../base-directory.ts'
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
  const name = pathBelow(base, path)
  try {
    const { size } = await stat(path)
    if (size >= fileLimit)
      throw new InvalidArgument(
        `File "${path}" has ${size} bytes, and a session takes files below ${fileLimit}: use a folder (-m) for larger ones.`,
      )
    return { path: name, data: new Uint8Array(await readFile(path)) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new InvalidArgument(`"${path}" is a directory: name the files in it.`)
    throw readingFailure(path, error)
  }
}
