/** `vfolder download`. */
import { resolve } from 'node:path'

import { InvalidRequestError, NotFoundError, type VFolder } from '@backend-ai-sdk/client'
import { downloadDirectory, downloadTo, isServedAlone, type DownloadToOptions } from '@backend-ai-sdk/client/node'

import { pathBelow } from '../../base-directory.ts'
import type { Context } from '../../context.ts'
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
  /** A directory that the server does not list to its end, or hand out file by file: it comes as an archive, whose size nobody knows. */
  readonly isPacked?: boolean
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
  const files = await withBar(context, (report) => {
    let sent = 0
    let total = finder.targets.reduce((sum, { size }) => sum + size, 0)
    return inTurn(
      finder.targets,
      async (target, signal) => {
        let before = 0
        const options: DownloadToOptions = {
          noClobber: flags.noClobber,
          partSize: flags.chunkSize,
          retries: flags.maxRetries,
          signal,
          onProgress({ received }) {
            sent += received - before
            if (target.isPacked) total += received - before
            before = received
            report({ sent, total, file: finder.targets.length > 1 && sent < total ? target.path : undefined })
          },
        }
        return target.isPacked
          ? downloadDirectory(folder, target.path, target.local, options)
          : [await downloadTo(folder, target.path, target.local, options)]
      },
      signal,
    )
  })
  const facts = files.flat().map(({ localPath, path, resumedAt, size }) => ({
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
    // What a long list leaves out may be there, of either kind.
    const isDirectory = entry ? entry.type === 'directory' : entries.isTruncated && (await this.#isListed(path))
    if (isDirectory) return this.#addDirectory(path)
    this.#add({ path, size: entry?.size ?? 0 })
  }

  async #addDirectory(directory: string): Promise<void> {
    const entries = await this.#list(directory)
    if (entries.isTruncated || !entries.every(({ name }) => isServedAlone(name)))
      return this.#add({ path: directory, size: 0, isPacked: true })
    for (const { name, size, type } of entries) {
      const path = directory === '' ? name : `${directory}/${name}`
      if (type === 'directory') await this.#addDirectory(path)
      else this.#add({ path, size })
    }
  }

  #add(target: Omit<Target, 'local'>): void {
    const local = resolve(this.#base, target.path)
    // A server must not choose places elsewhere.
    pathBelow(this.#base, local)
    this.targets.push({ ...target, local })
  }

  async #isListed(path: string): Promise<boolean> {
    try {
      await this.#list(path)
      return true
    } catch (error) {
      if (error instanceof InvalidRequestError || error instanceof NotFoundError) return false
      throw error
    }
  }

  #list(directory: string): ReturnType<VFolder['listFiles']> {
    return this.#folder.listFiles(directory, { signal: this.#signal })
  }
}
