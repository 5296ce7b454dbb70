/** `vfolder download`. */
import { resolve } from 'node:path'

import type { VFolder } from '@backend-ai-sdk/client'
import { downloadTo } from '@backend-ai-sdk/client/node'

import { pathBelow } from '../../base-directory.ts'
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'
import { printable } from '../../output.ts'
import { settleAll } from '../../parallel.ts'
import { tellDone } from '../../told.ts'
import type { DownloadFlags } from './files.ts'
import { openFolder } from './folder.ts'
import { withBar } from './transfer.ts'

const atOnce = 4

interface Target {
  /** In the folder. */
  readonly path: string
  readonly local: string
  readonly size: number
}

export default async function download(
  context: Context,
  flags: DownloadFlags,
  name: string,
  ...given: string[]
): Promise<void> {
  const { host, options, output, signal } = context
  const base = resolve(host.cwd(), flags.baseDir ?? '.')
  // Names that lead out of the folder lead out of the base directory.
  const paths = given.map((path) => pathBelow(base, resolve(base, path)))
  const { folder } = await openFolder(context, name, flags.overrideStorageProxy)
  const finder = new Finder(folder, base, signal)
  for (const path of paths) await finder.add(path)
  if (options.output !== 'json')
    for (const path of paths) await output.print(printable(`Downloading to ${resolve(base, path)} ...`))
  const total = finder.targets.reduce((sum, { size }) => sum + size, 0)
  const files = await withBar(context, (report) => {
    const received = new Map<string, number>()
    return inTurn(
      finder.targets,
      ({ local, path }, signal) =>
        downloadTo(folder, path, local, {
          noClobber: flags.noClobber,
          signal,
          onProgress({ received: bytes }) {
            received.set(path, bytes)
            const sent = [...received.values()].reduce((sum, count) => sum + count, 0)
            report({ sent, total, file: finder.targets.length > 1 && sent < total ? path : undefined })
          },
        }),
      signal,
    )
  })
  const facts = files.map(({ localPath, path, resumedAt, size }) => ({
    path,
    local_path: localPath,
    size,
    resumed_at: resumedAt,
  }))
  await tellDone(context, 'Done.', { files: facts })
}

/** Some at a time; the first failure ends all. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const outcomes = await settleAll(items, atOnce, async (item) => {
    either.throwIfAborted()
    return work(item, either).catch((error: unknown) => {
      stop.abort(error)
      throw error
    })
  })
  either.throwIfAborted()
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
}

/** What is in the folder of that which was named. */
class Finder {
  readonly targets: Target[] = []
  readonly #folder: VFolder
  readonly #base: string
  readonly #signal: AbortSignal

  constructor(folder: VFolder, base: string, signal: AbortSignal) {
    this.#folder = folder
    this.#base = base
    this.#signal = signal
  }

  async add(path: string): Promise<void> {
    if (path === '') return this.#addDirectory(path)
    const slash = path.lastIndexOf('/')
    const entries = await this.#list(path.slice(0, Math.max(0, slash)))
    const entry = entries.find((entry) => entry.name === path.slice(slash + 1))
    if (entry?.type === 'directory') return this.#addDirectory(path)
    // What a long list leaves out may be there.
    this.#addFile(path, entry?.size ?? 0)
  }

  async #addDirectory(directory: string): Promise<void> {
    const entries = await this.#list(directory)
    if (entries.isTruncated)
      throw new Failure(
        `The server lists no more than ${entries.length} files of "${directory}": name the files, or fewer at a time.`,
      )
    for (const { name, size, type } of entries) {
      const path = directory === '' ? name : `${directory}/${name}`
      if (type === 'directory') await this.#addDirectory(path)
      else this.#addFile(path, size)
    }
  }

  #addFile(path: string, size: number): void {
    const local = resolve(this.#base, path)
    // A server must not choose places elsewhere.
    pathBelow(this.#base, local)
    this.targets.push({ path, local, size })
  }

  #list(directory: string): ReturnType<VFolder['listFiles']> {
    return this.#folder.listFiles(directory, { signal: this.#signal })
  }
}
