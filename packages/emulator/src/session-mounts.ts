/** Which folders a session has, and where (protocol 03 §0.8). */
import type { SessionSpec } from './session.ts'
import type { Storage } from './storage/storage.ts'
import { accessibleFolders, type FolderCluster, isSameId } from './vfolders.ts'
import type { WorkDirectory } from './work-directory.ts'

const home = '/home/work/'

interface Mount {
  host: string
  folderId: string
  /** Within the folder. */
  path: string
  /** Within the home of the session. */
  target: string
}

/** Those that were asked for, and those of its owner whose name begins with a dot. Only the home can have any here. */
export function mountsOf(cluster: FolderCluster, { owner, mounts, mountMap }: SessionSpec): Mount[] {
  const folders = accessibleFolders(cluster, owner.user)
    .map(({ folder }) => folder)
    .filter(({ status }) => !status.startsWith('delete-'))
  const hidden = folders.filter(({ name }) => name.startsWith('.')).map(({ name }) => name)
  return [...new Set([...mounts, ...Object.keys(mountMap), ...hidden])].flatMap((mount) => {
    const [reference = '', ...path] = mount.split('/')
    const folder = folders.find(({ id, name }) => name === reference || isSameId(id, reference))
    const target = targetOf(mountMap[mount] ?? folder?.name ?? '')
    return folder && target ? [{ host: folder.host, folderId: folder.id, path: path.join('/'), target }] : []
  })
}

function targetOf(text: string): string | undefined {
  if (text.startsWith(home)) return text.slice(home.length)
  return text.startsWith('/') ? undefined : text
}

/** Links to the folders, so that both sides see the same files. */
export async function mountFolders(mounts: readonly Mount[], storage: Storage, work: WorkDirectory, at: string) {
  for (const { host, folderId, path, target } of mounts) {
    const directory = (await storage.volume(host).folder(folderId)).directory
    if (directory !== null) await work.mount(at, target, path === '' ? directory : `${directory}/${path}`)
  }
}
