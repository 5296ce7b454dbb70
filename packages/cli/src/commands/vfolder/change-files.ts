/** `vfolder mkdir`, `rename-file`, `mv`, `rm`. */
import type { Context } from '../../context.ts'
import { UsageError } from '../../failures.ts'
import { tellDone } from '../../told.ts'
import type { MakeDirectoryFlags, RemoveFlags } from './files.ts'
import { openFolder } from './folder.ts'

export async function makeDirectories(
  context: Context,
  { parents, existOk }: MakeDirectoryFlags,
  name: string,
  ...paths: string[]
): Promise<void> {
  requireArguments(paths, 'PATHS...', 'mkdir')
  const { folder } = await openFolder(context, name)
  await folder.mkdir(paths, { parents, existOk, signal: context.signal })
  await tellDone(context, 'Done.')
}

export async function renameFile(
  context: Context,
  _flags: object,
  name: string,
  path: string,
  newName: string,
): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.renameFile(path, newName, { signal: context.signal })
  await tellDone(context, 'Renamed.')
}

export async function moveFile(
  context: Context,
  _flags: object,
  name: string,
  source: string,
  target: string,
): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.moveFile(source, target, { signal: context.signal })
  await tellDone(context, 'Moved.')
}

export async function removeFiles(
  context: Context,
  { recursive, yes }: RemoveFlags,
  name: string,
  ...files: string[]
): Promise<number> {
  requireArguments(files, 'FILENAMES...', 'rm')
  if (!yes) {
    const { confirm } = await import('../../confirmation.ts')
    const refusal = await confirm(context)
    if (refusal !== undefined) return refusal
  }
  const { folder } = await openFolder(context, name)
  await folder.deleteFiles(files, { recursive, signal: context.signal })
  await tellDone(context, 'Done.')
  return 0
}

/** stricli counts the folder too. @throws UsageError */
export function requireArguments(given: readonly string[], placeholder: string, command: string): void {
  if (given.length === 0) throw new UsageError(`Missing argument '${placeholder}'.`, ['vfolder', command])
}
