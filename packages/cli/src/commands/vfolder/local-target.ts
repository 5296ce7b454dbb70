/** A file of the folder, to a place on this machine: whole, or not at all. */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import type { VFolder } from '@backend-ai-sdk/client'

import { Failure } from '../../failures.ts'

export interface FetchOptions {
  readonly noClobber: boolean
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
}

/** @throws Failure where something is in the way. */
export async function fetchFile(
  folder: VFolder,
  path: string,
  local: string,
  { noClobber, signal, onProgress }: FetchOptions,
): Promise<void> {
  const there = await stat(local).catch(() => undefined)
  if (there && (noClobber || there.isDirectory()))
    throw new Failure(`"${local}" is there already${noClobber ? '' : ', and is a directory'}.`)
  const download = await folder.download(path, { signal })
  await mkdir(dirname(local), { recursive: true })
  const draft = join(dirname(local), `.${basename(local)}.${process.pid}.part`)
  try {
    const file = await open(draft, 'wx')
    try {
      let bytes = 0
      for await (const piece of download.readable) {
        await file.write(piece)
        onProgress((bytes += piece.byteLength))
      }
    } finally {
      await file.close()
    }
    await rename(draft, local)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
