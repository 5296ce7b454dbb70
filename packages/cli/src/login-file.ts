/** Who is logged in where, between commands: a file that the user alone can read (protocol 05 §2; a format of our own). */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { LoginStore } from '@backend-ai-sdk/client'

import type { HostProcess } from './context.ts'
import { stateDirectory } from './state-directory.ts'

interface Entry {
  /** Whoever has it is let in. */
  login: string
  username?: string | undefined
}

type Entries = Record<string, Entry>

/** Of one webserver; each has its own. */
export class LoginFile implements LoginStore {
  readonly #path: string
  readonly #endpoint: string
  /** Of the login that is to come. */
  username: string | undefined

  constructor(env: HostProcess['env'], endpoint: string) {
    this.#path = join(stateDirectory(env), 'logins.json')
    this.#endpoint = new URL(endpoint).origin
  }

  async get(): Promise<string | undefined> {
    return (await this.entry())?.login
  }

  async entry(): Promise<Entry | undefined> {
    return (await this.#read())[this.#endpoint]
  }

  async set(login: string | undefined): Promise<void> {
    const entries = await this.#read()
    const { [this.#endpoint]: known, ...others } = entries
    if (login === known?.login && (this.username === undefined || this.username === known?.username)) return
    const username = this.username ?? known?.username
    await this.#write(login === undefined ? others : { ...others, [this.#endpoint]: { login, username } })
  }

  async #read(): Promise<Entries> {
    try {
      const entries: unknown = JSON.parse(await readFile(this.#path, 'utf8'))
      return typeof entries === 'object' && entries !== null ? (entries as Entries) : {}
    } catch {
      // None yet, or one that is no use: the next login writes a new one.
      return {}
    }
  }

  /** Whole or not at all: two commands may end at the same time. */
  async #write(entries: Entries): Promise<void> {
    if (Object.keys(entries).length === 0) return rm(this.#path, { force: true })
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const draft = `${this.#path}.${process.pid}`
    await writeFile(draft, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 })
    await chmod(draft, 0o600)
    await rename(draft, this.#path)
  }
}
