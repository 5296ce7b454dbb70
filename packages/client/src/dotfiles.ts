/** Files that the server puts into every new session, and the script that runs in it first (protocol 03 §4). */
import { lazy, Pages, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

export interface Dotfile {
  /** Below the session's home, with slashes: `.config/app/settings`. Folders are made. */
  path: string
  /**
   * Text, of 65,536 characters at most, and not empty up to release 26.2. It is kept as it is; but in sessions of release
   * 26.9 its lines end with `\n`, the last one too.
   */
  data: string
  /**
   * Octal, of the file **and of every folder that is made for it**: with `644` nobody could look into those. Default
   * `755`.
   */
  permission?: string
}

/** Whose dotfiles: of the user's key pair unless a project or a domain is named. */
export interface DotfileOptions extends CallOptions {
  /** Those of another user's key pair, for administrators. */
  ownerAccessKey?: string
  /** Those of all members of a project, by its id, or its name in `domain`. */
  project?: string
  /** Without a project: those of all users of a domain. With one, the domain of its name; default the client's. */
  domain?: string
}

const implementation = lazy(() => import('./dotfile-calls.ts'))

/**
 * Dotfiles belong to a **key pair**, a project or a domain; a session gets those of its domain, then of its project and
 * then of its owner. Up to 100 of each, and 64 KiB with all names. Those of domains and projects are for their
 * administrators to write, and for their users to read.
 */
export class Dotfiles {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * @throws InvalidRequestError for a path that exists or is reserved, and where there is no room left.
   * @throws ConfigError before anything is sent, for what no server takes. @throws PermissionDeniedError.
   * @example
   * await client.dotfiles.create({ path: '.config/demo/settings', data: 'answer = 42\n' })
   * console.log((await client.dotfiles.get('.config/demo/settings')).data)
   * await client.dotfiles.delete('.config/demo/settings')
   */
  async create(dotfile: Dotfile, options: DotfileOptions = {}): Promise<void> {
    await (await implementation()).writeDotfile(this.#transport, 'POST', dotfile, options)
  }

  /** Replaces one. @throws NotFoundError where there is none of that path. See {@link create}. */
  async update(dotfile: Dotfile, options: DotfileOptions = {}): Promise<void> {
    await (await implementation()).writeDotfile(this.#transport, 'PATCH', dotfile, options)
  }

  /** @throws NotFoundError */
  async get(path: string, options: DotfileOptions = {}): Promise<Required<Dotfile>> {
    return (await implementation()).readDotfile(this.#transport, path, options)
  }

  /**
   * All of them, in one answer.
   *
   * @throws UnsupportedError for an `ownerAccessKey` up to release 26.2, which lists one's own in its place.
   * @example for await (const { path, permission } of client.dotfiles.list()) console.log(path, permission)
   */
  list(options: DotfileOptions = {}): Pages<Required<Dotfile>> {
    refuseUnknownKeys(options, optionNames, 'the options of list()')
    return new Pages(async () => {
      const items = await (await implementation()).listDotfiles(this.#transport, options)
      return { items, totalCount: items.length }
    })
  }

  /** @throws NotFoundError */
  async delete(path: string, options: DotfileOptions = {}): Promise<void> {
    await (await implementation()).deleteDotfile(this.#transport, path, options)
  }

  /** The script of one's own key pair that runs in every new session; empty where there is none. */
  bootstrapScript(options: CallOptions = {}): Promise<string> {
    return this.#transport.request<string>({ path: '/user-config/bootstrap-script', ...options })
  }

  /**
   * Replaces it; an empty one is none. The server takes blanks and line ends off both ends.
   *
   * @throws ConfigError for more than 65,536 characters.
   * @example
   * await client.dotfiles.setBootstrapScript('#!/bin/sh\ndate > started.txt')
   * console.log(await client.dotfiles.bootstrapScript())
   * await client.dotfiles.setBootstrapScript('')
   */
  async setBootstrapScript(script: string, options: CallOptions = {}): Promise<void> {
    await (await implementation()).writeBootstrapScript(this.#transport, script, options)
  }
}

export const optionNames = [
  'ownerAccessKey',
  'project',
  'domain',
  'signal',
  'timeout',
] as const satisfies (keyof DotfileOptions)[]
