/** The sessions' directories, on Node. Loaded only there. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'

export interface WorkDirectory {
  /** Makes the directory of a session. */
  create(sessionId: string): Promise<string>
  remove(path: string): Promise<void>
  /** Writes a file below a session's home. @returns false where it would be outside. */
  write(home: string, path: string, bytes: Uint8Array): Promise<boolean>
  /** Removes what is left, also the directory itself if it was made here. */
  dispose(): Promise<void>
}

export function openWorkDirectory(given: string | undefined): WorkDirectory {
  let made: Promise<string> | undefined
  const root = (): Promise<string> => {
    made ??= given === undefined ? mkdtemp(join(tmpdir(), 'backend-ai-emulator-')) : prepare(given)
    return made
  }
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return {
    async create(sessionId) {
      const path = join(await root(), sessionId)
      await mkdir(path, { recursive: true })
      return path
    },
    remove,
    async write(home, path, bytes) {
      const file = resolve(home, path)
      if (!file.startsWith(home + sep)) return false
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
      return true
    },
    async dispose() {
      if (made && given === undefined) await remove(await made)
    },
  }
}

async function prepare(path: string): Promise<string> {
  await mkdir(path, { recursive: true })
  return path
}
