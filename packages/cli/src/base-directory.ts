/** Files of this machine, by the paths that they get elsewhere: those below a base directory. */
import { isAbsolute, relative, sep } from 'node:path'

import { InvalidArgument } from './failures.ts'

/** With slashes; empty for the directory itself. @throws InvalidArgument for one that is not below it. */
export function pathBelow(base: string, path: string): string {
  const name = relative(base, path)
  if (name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name))
    throw new InvalidArgument(`File "${path}" is outside of the base directory "${base}".`)
  return name.replaceAll(sep, '/')
}

/** What reading a file failed with, in the words for who named it. */
export function readingFailure(path: string, error: unknown): InvalidArgument {
  if (error instanceof InvalidArgument) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new InvalidArgument(`File "${path}" does not exist.`)
  return new InvalidArgument(`File "${path}" cannot be read: ${message}`)
}
