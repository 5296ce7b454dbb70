/** What is in a folder, as far as the manager has to do with it (protocol 03 §1.10, §1.11). */
import { flag, integer, listOf, nullable, optional, pattern, required, text } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import { isoMicroseconds } from '../python.ts'
import type { Folder } from '../state.ts'
import { type HostPermission, mustAllow } from '../storage/folder-hosts.ts'
import { volumeName } from '../storage/storage.ts'
import type { FolderEntry, StoredFolder } from '../storage/stored-folder.ts'
import { storageFailure, type StorageParameter, withStorage } from '../storage/vfolder-failures.ts'
import { quotaScopeOf } from '../storage/vfolder-shapes.ts'
import { findFolder, type FolderNeed, hexId } from '../storage/vfolders.ts'

const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  method,
  path: `/folders/:folder${path}`,
  role: 'user',
  handle,
})

export const vfolderFiles: Routes = ({ name, folders }) => [
  route('GET', '/files', list),
  route('POST', '/mkdir', makeDirectory),
  ...['/rename-file', '/rename_file'].map((path) => route('POST', path, rename)),
  ...(name === '20.09' ? [] : [route('POST', '/move-file', move)]),
  ...['/delete-files', '/delete_files'].map((path) => route('DELETE', path, remove)),
  ...(folders.postDeletes ? [route('POST', '/delete-files', remove)] : []),
  route('POST', '/request-upload', requestUpload),
  route('POST', '/request-download', requestDownload),
  ...(name === '26.9'
    ? [route('POST', '/delete-files-async', removeLater), route('POST', '/request-download-archive', requestArchive)]
    : []),
]

/** Any text, the empty one too. */
const anyText = pattern(null, '')

const done = ({ profile }: Context): Response => json(profile.folders.changed === 'message' ? { msg: '' } : {})

const stored = ({ cluster }: Context, { host, id }: { host: string; id: string }): Promise<StoredFolder> =>
  cluster.storage.volume(host).folder(id)

/** The folder that the path names, where both it and its host let it be used so. */
function find(context: Context, need: FolderNeed, permission?: HostPermission): Folder {
  const { folder } = findFolder(context, need)
  if (permission) mustAllow(context.cluster, context.requester, folder.host, permission)
  return folder
}

const open = (context: Context, ...use: [need: FolderNeed, permission?: HostPermission]): Promise<StoredFolder> =>
  stored(context, find(context, ...use))

async function list(context: Context): Promise<Response> {
  const { profile } = context
  const { path } = await context.read({ path: optional(anyText, '', 'path') }, 'ListFilesQuery', 'query')
  const folder = await open(context, 'read')
  if (!(await folder.exists())) throw storageFailure(profile, 'gone')
  const entries = await withStorage(context.cluster, 'relpath', () => folder.list(path))
  return json({
    items: entries.map(({ name, type, size, mode, changed, modified }) => ({
      name,
      type: type.toUpperCase(),
      size,
      mode: profile.folders.byId ? mode : (mode & 0o777).toString(8).padStart(3, '0'),
      created: isoMicroseconds(changed),
      modified: isoMicroseconds(modified),
    })),
    // As text within the JSON, until 25.6.
    ...(!profile.folders.byId && { files: JSON.stringify(entries.map((entry) => oldEntry(entry))) }),
  })
}

const oldEntry = ({ name, size, type, mode, changed, modified }: FolderEntry): Record<string, unknown> => ({
  filename: name,
  size,
  mode: modeText(type, mode),
  ctime: changed / 1000,
  atime: 0,
  mtime: modified / 1000,
})

/** As `ls -l` has it. */
function modeText(type: FolderEntry['type'], mode: number): string {
  const kind = { file: '-', directory: 'd', symlink: 'l' }[type]
  const bits = Array.from('rwxrwxrwx', (letter, index) => (mode & (0o400 >> index) ? letter : '-'))
  return kind + bits.join('')
}

async function makeDirectory(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const one = text(profile)
  const several = profile.folders.byId
  const fields = {
    path: required<string | string[]>(
      (value) => (several && Array.isArray(value) ? listOf(anyText)(value) : several ? anyText(value) : one(value)),
      'path',
    ),
    parents: optional(flag, true, 'parents'),
    existOk: optional(flag, false, 'exist_ok'),
  }
  const { path, ...options } = await context.read(fields, 'MkdirReq', 'body')
  const folder = await open(context, 'write')
  if (!several) {
    await withStorage(cluster, 'relpath', () => folder.makeDirectory(String(path), options), 'folder-creation-failed')
    return new Response(null, { status: 201 })
  }
  const paths = [path].flat()
  if (paths.length > 50) throw new Problem('folder-invalid-parameter', { msg: 'Too many directories specified.' })
  if (paths.some((item) => item.startsWith('/'))) throw storageFailure(profile, 'crash')
  const success: { msg: null; item: string }[] = []
  const failed: { msg: string; item: string }[] = []
  for (const item of paths) {
    try {
      await folder.makeDirectory(item, options)
      success.push({ msg: null, item: item || '.' })
    } catch (error) {
      failed.push({ msg: exceptionText(error), item })
    }
  }
  const results = { success, failed }
  const { hidesMkdirFailures, hidesReasons } = cluster.faults.folders
  if (success.length === 0)
    throw new Problem('folder-operation-failed', {
      code: 'vfolder_generic_internal-error',
      ...(hidesReasons ? { msg: 'Unexpected error 422 from storage proxy' } : { data: { results } }),
    })
  return json({ results }, failed.length > 0 && !hidesMkdirFailures ? 207 : 200)
}

const exceptions: Readonly<Record<string, string>> = {
  ENOENT: 'FileNotFoundError',
  EEXIST: 'FileExistsError',
  ENOTDIR: 'NotADirectoryError',
  EISDIR: 'IsADirectoryError',
}

/** The `repr` of Python's exception. */
function exceptionText(error: unknown): string {
  const { code, errno, message } = error as { code?: string; errno?: number; message: string }
  const name = exceptions[code ?? ''] ?? (errno === undefined ? 'InvalidSubpathError' : 'OSError')
  return errno === undefined ? `${name}('${message}')` : `${name}(${errno}, '${message}')`
}

async function rename(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const isByKind = cluster.faults.folders.renamesByKind
  const fields = {
    target: required(anyText, 'target_path'),
    newName: required(text(profile), 'new_name'),
    isDirectory: isByKind ? required(flag, 'is_dir') : optional(flag, false, 'is_dir'),
  }
  const { target, newName, isDirectory } = await context.read(fields, 'RenameFileReq', 'body')
  const folder = await open(context, 'move', 'modify-vfolder')
  // Not a base name.
  if (newName.includes('/')) throw storageFailure(profile, 'crash')
  if (newName === '') throw new Problem('folder-operation-failed', badStorageRequest)
  await withStorage(context.cluster, 'relpath', async () => {
    if (isByKind && ((await folder.inspect(target))?.type === 'directory') !== isDirectory)
      throw new Problem('folder-operation-failed')
    const parent = target.slice(0, target.lastIndexOf('/') + 1)
    await folder.move(target, parent + newName)
  })
  return done(context)
}

const badStorageRequest = {
  title: 'Virtual folder operation has failed due to bad request.',
  msg: 'Bad request to storage proxy',
}

async function move(context: Context): Promise<Response> {
  const { src, dst } = await context.read(
    { src: required(anyText, 'src'), dst: required(anyText, 'dst') },
    'MoveFileReq',
    'body',
  )
  const folder = await open(context, 'move')
  const field: StorageParameter = src.startsWith('/') ? 'src_relpath' : 'dst_relpath'
  await withStorage(context.cluster, field, () => folder.move(src, dst))
  return done(context)
}

const removal = {
  files: required(listOf(anyText), 'files'),
  recursive: optional(flag, false, 'recursive'),
}

async function remove(context: Context): Promise<Response> {
  const { profile } = context
  const { files, recursive } = await context.read(removal, 'DeleteFilesReq', 'body')
  const folder = await open(context, 'remove')
  if (files.length === 0 && !profile.folders.byId) throw storageFailure(profile, 'crash')
  await withStorage(context.cluster, 'relpaths', () => removeAll(context, folder, files, recursive))
  return done(context)
}

/** What is not there, and directories where they are not meant, are left alone since 25.4; before, a failure. */
async function removeAll(
  { profile }: Context,
  folder: StoredFolder,
  files: readonly string[],
  recursive: boolean,
): Promise<void> {
  if (profile.folders.byId && files.some((path) => path.startsWith('/'))) throw storageFailure(profile, 'crash')
  for (const path of files) {
    const isForgiven = async (): Promise<boolean> => {
      if (!profile.folders.byId) return false
      const status = await folder.inspect(path)
      return status === null || (status.type === 'directory' && !recursive)
    }
    if (!(await isForgiven())) await folder.remove(path, { recursive })
  }
}

async function removeLater(context: Context): Promise<Response> {
  const { files, recursive } = await context.read(removal, 'DeleteFilesAsyncReq', 'body')
  const folder = await open(context, 'remove')
  const task = context.cluster.tasks.start()
  void removeAll(context, folder, files, recursive).then(
    () => task.finish('Task completed successfully'),
    (error: unknown) => task.fail(error instanceof Error ? error.message : String(error)),
  )
  return json({ bgtask_id: task.id }, 202)
}

/** What tokens say of a folder: the volume, and the id behind the quota scope since 23.03. */
function place({ profile }: Context, folder: Parameters<typeof quotaScopeOf>[0]): { volume: string; vfid: string } {
  const vfid = profile.folders.since.quota ? `${quotaScopeOf(folder)}/${hexId(folder.id)}` : folder.id
  return { volume: volumeName(folder.host), vfid }
}

function checkRelative({ profile }: Context, path: string): void {
  if (path.startsWith('/')) throw storageFailure(profile, 'absolute', 'relpath')
}

async function requestUpload(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { path, size } = await context.read(
    { path: required(text(profile), 'path'), size: required(integer(-Infinity), 'size') },
    'CreateUploadSessionReq',
    'body',
  )
  const folder = find(context, 'write', 'upload-file')
  checkRelative(context, path)
  const { storageProxy } = cluster
  const files = await stored(context, folder)
  const session = await withStorage(context.cluster, 'relpath', () => storageProxy.beginUpload(files))
  return json(await storageProxy.issue({ op: 'upload', ...place(context, folder), relpath: path, size, session }))
}

async function requestDownload(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { path } = await context.read(
    { path: required(text(profile), 'path', 'file'), archive: optional(flag, false, 'archive') },
    'CreateDownloadSessionReq',
    'body',
  )
  const folder = find(context, 'read', 'download-file')
  checkRelative(context, path)
  return json(await cluster.storageProxy.issue({ op: 'download', ...place(context, folder), relpath: path }))
}

async function requestArchive(context: Context): Promise<Response> {
  const { cluster } = context
  const { files, filename } = await context.read(
    {
      files: required(listOf(anyText), 'files'),
      filename: optional(nullable(anyText), null, 'filename'),
    },
    'CreateArchiveDownloadSessionReq',
    'body',
  )
  if (files.length === 0)
    throw new Problem('typed-params', { msg: 'List should have at least 1 item after validation, not 0' })
  const folder = find(context, 'read', 'download-file')
  const { volume, vfid } = place(context, folder)
  return json(
    await cluster.storageProxy.issue({ operation: 'download', volume, virtual_folder_id: vfid, files, filename }),
  )
}
