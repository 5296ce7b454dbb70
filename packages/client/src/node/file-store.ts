/** Notes of uploads in files. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import type { ResumeRecord, ResumeStore } from '../storage/upload-store.ts'
import { lockFile } from './lock-file.ts'

/** `$XDG_STATE_HOME/backend.ai/uploads`, below `~/.local/state` by default. */
const defaultDirectory = (): string =>
  join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'backend.ai', 'uploads')

/**
 * Keeps a note of each upload in a file of its own, which only its owner can read: it holds the token of that upload.
 *
 * @example
 * await uploadPath(folder, 'train.parquet', { resumeStore: fileStore() })
 */
export function fileStore(directory: string = defaultDirectory()): ResumeStore {
  const fileOf = (key: string): string => join(directory, `${createHash('sha256').update(key).digest('hex')}.json`)
  return {
    async get(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8')) as ResumeRecord
      } catch (error) {
        // What was cut short by a crash is as good as none.
        if (error instanceof SyntaxError || isMissing(error)) return undefined
        throw error
      }
    },
    async set(key, record) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const temporary = `${fileOf(key)}.${randomUUID()}`
      await writeFile(temporary, JSON.stringify(record), { mode: 0o600, flag: 'wx' })
      await rename(temporary, fileOf(key))
    },
    delete: (key) => rm(fileOf(key), { force: true }),
    async lock(key) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      return lockFile(`${fileOf(key)}.lock`)
    },
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
