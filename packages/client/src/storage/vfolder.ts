/** Handle of one folder. */
import { path, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { BackgroundTask } from '../events/tasks.ts'
import type { ArchiveOptions, Download, DownloadOptions } from './download.ts'
import type { FolderAddress } from './folder-address.ts'
import type { UploadedFile } from './upload-files.ts'
import type { UploadSource } from './upload-source.ts'
import type { FileUploadOptions, Upload, UploadEntry, UploadFilesOptions } from './upload.ts'
import type { VFolderCloneSpec, VFolderClone } from './vfolder-clone.ts'
import type { DeleteFilesOptions, FileListing, MakeDirectoryOptions } from './vfolder-files.ts'
import type { VFolderInfo, VFolderPermission, VFolderUsageMode } from './vfolder-info.ts'
import type { VFolderUsage } from './vfolder-quota-calls.ts'
import { fetchFolder, findFolder } from './vfolder-search.ts'
import type { VFolderInviteOptions, VFolderLeaveOptions, VFolderShare } from './vfolder-shares.ts'

export interface VFolderChanges {
  /** Whether it may be cloned. */
  isCloneable?: boolean
  /** What those get that it is not the own of. */
  permission?: VFolderPermission
}

const files = () => import('./vfolder-files.ts')
const quotas = () => import('./vfolder-quota-calls.ts')
const removal = () => import('./vfolder-removal.ts')
const sharing = () => import('./vfolder-shares.ts')
const many = (emails: string | readonly string[]): readonly string[] => (typeof emails === 'string' ? [emails] : emails)

/**
 * A folder on the cluster's storage. It outlives its handle.
 *
 * @example
 * await folder.mkdir('results')
 * console.log(folder.name, (await folder.info()).usedBytes, await folder.listFiles())
 */
export class VFolder implements FolderAddress {
  readonly id: string
  /** `proxy:volume`. */
  readonly host: string
  readonly usageMode: VFolderUsageMode
  readonly transport: Transport
  readonly #byId: boolean
  #name: string

  /** @param byId whether the release takes ids in paths; else only names. */
  constructor(
    transport: Transport,
    { id, name, host, usageMode }: Pick<VFolderInfo, 'id' | 'name' | 'host' | 'usageMode'>,
    byId: boolean,
  ) {
    this.transport = transport
    this.id = id
    this.host = host
    this.usageMode = usageMode
    this.#name = name
    this.#byId = byId
  }

  get name(): string {
    return this.#name
  }

  /** What stands for the folder in paths: its id, or its name before releases 24.09.6 and 25.1. */
  get segment(): string {
    return this.#byId ? this.id : this.#name
  }

  /**
   * With the number and size of its files, which the server counts: that takes a while.
   *
   * @throws NotFoundError
   */
  async info(options: CallOptions = {}): Promise<VFolderInfo> {
    const info = await fetchFolder(this.transport, this.segment, options)
    this.#name = info.name
    return info
  }

  /** For its owner. @throws ConflictError for a name that the user has already. @throws InvalidRequestError. */
  async rename(name: string, options: CallOptions = {}): Promise<void> {
    const { checkFolderName, withTypedRefusals } = await import('./vfolder-refusals.ts')
    checkFolderName(name)
    const json = { new_name: name }
    await withTypedRefusals(
      this.transport.send({ method: 'POST', path: path`/folders/${this.segment}/rename`, json, ...options }),
    )
    this.#name = name
  }

  /** For its owner; what is left out stays. */
  async update({ isCloneable, permission }: VFolderChanges, options: CallOptions = {}): Promise<void> {
    const json = { cloneable: isCloneable, permission }
    await this.transport.send({ method: 'POST', path: path`/folders/${this.segment}/update-options`, json, ...options })
  }

  /**
   * Since release 24.03 into the trash, which ends all its shares, and from which {@link restore} takes it back; its name
   * stays taken. Before, with its files and for good.
   *
   * @throws InvalidRequestError where a session has it mounted (not on 23.09), or it is not the caller's.
   */
  async delete(options: CallOptions = {}): Promise<void> {
    await (await removal()).remove(this, options)
  }

  /** Takes it out of the trash. @throws UnsupportedError before release 24.03. */
  async restore(options: CallOptions = {}): Promise<void> {
    await (await removal()).restore(this, options)
  }

  /**
   * With its files and for good, in the trash or not. Servers erase in the background; the name is free when they are done.
   *
   * @throws InvalidRequestError where a session has it mounted.
   */
  async deleteForever(options: CallOptions = {}): Promise<void> {
    await (await removal()).deleteForever(this, options)
  }

  /** Like {@link deleteForever} in one step, whatever its status. @throws UnsupportedError before release 25.2. */
  async forceDelete(options: CallOptions = {}): Promise<void> {
    await (await removal()).forceDelete(this, options)
  }

  /** Removes what the manager knows of a folder in the trash or deleted; for administrators. */
  async purge(options: CallOptions = {}): Promise<void> {
    await (await removal()).purge(this, options)
  }

  /**
   * Offers the user's own folder to other users, who accept or not.
   *
   * @returns the e-mails of those who are invited by this call: not of those who were already.
   * @throws NotFoundError for e-mails of nobody. @throws PermissionDeniedError for a folder whose name begins with a dot.
   */
  async invite(emails: string | readonly string[], options: VFolderInviteOptions = {}): Promise<string[]> {
    return (await sharing()).invite(this, many(emails), options)
  }

  /** Lets members of the project use its folder with another permission; for administrators, since release 21.03.4. */
  async share(emails: string | readonly string[], options: VFolderInviteOptions = {}): Promise<string[]> {
    return (await sharing()).share(this, many(emails), options)
  }

  /** Takes that back. */
  async unshare(emails: string | readonly string[], options: CallOptions = {}): Promise<string[]> {
    return (await sharing()).unshare(this, many(emails), options)
  }

  /** With whom it is shared, by invitation or not. */
  async shares(options: CallOptions = {}): Promise<VFolderShare[]> {
    return (await sharing()).fetchShares(this.transport, { ...options, folderId: this.id })
  }

  /**
   * Changes the permission of somebody it is shared with. Release 26.9.6 tells the new one and goes by the old: invite
   * anew.
   *
   * @param user id or e-mail.
   * @param permission null ends it.
   * @throws NotFoundError where it is not shared with that user.
   */
  async setShare(user: string, permission: VFolderPermission | null, options: CallOptions = {}): Promise<void> {
    await (await sharing()).setShare(this, user, permission, options)
  }

  /**
   * Gives up a folder that others share. Release 26.9.6 lets nobody but superadmins; there its owner can end the share, by
   * {@link setShare}.
   *
   * @throws InvalidRequestError for one's own, or a project's.
   */
  async leave(options: VFolderLeaveOptions = {}): Promise<void> {
    await (await sharing()).leave(this, options)
  }

  /** Gives it to another user; for superadmins. @throws UnsupportedError before release 22.09.20. */
  async changeOwner(email: string, options: CallOptions = {}): Promise<void> {
    await (await sharing()).changeOwner(this, email, options)
  }

  /** Bytes and files, counted now; for superadmins. {@link info} tells others as well. */
  async usage(options: CallOptions = {}): Promise<VFolderUsage> {
    return (await quotas()).fetchUsage(this, options)
  }

  /** Bytes that it may hold. @throws UnsupportedError since release 23.03.5: see `client.vfolders.quotas`. */
  async quota(options: CallOptions = {}): Promise<number> {
    return (await quotas()).fetchFolderQuota(this, options)
  }

  /** @param limit bytes. @throws UnsupportedError since release 23.03.5: see `client.vfolders.quotas`. */
  async setQuota(limit: number, options: CallOptions = {}): Promise<void> {
    await (await quotas()).setFolderQuota(this, limit, options)
  }

  /**
   * Copies it, where `isCloneable` lets it, to a new folder of the user.
   *
   * @returns the new folder, and the task that fills it; before release 21.03.31 that is done when this returns.
   * @throws PermissionDeniedError for one that is not cloneable. @throws ConflictError for a name that is taken.
   * @example
   * const name = `data-${crypto.randomUUID()}`
   * const folder = await client.vfolders.create({ name, isCloneable: true })
   * const { folder: copy, task } = await folder.clone({ name: `${name}-copy` })
   * await task?.wait()
   * await copy.deleteForever()
   * await folder.deleteForever()
   */
  async clone(spec: VFolderCloneSpec, options: CallOptions = {}): Promise<VFolderClone> {
    return (await import('./vfolder-clone.ts')).cloneFolder(this, spec, this.#byId, options)
  }

  /**
   * Makes a directory, or several.
   *
   * @throws ConflictError for one that exists. Of several all are tried; the error's `data` then has `created`, and
   *   `failed` with the server's reasons.
   * @example
   * await folder.mkdir('results/2026', { existOk: true })
   * await folder.mkdir(['raw', 'cooked'])
   */
  async mkdir(path: string | readonly string[], options: MakeDirectoryOptions = {}): Promise<void> {
    await (await files()).makeDirectories(this, path, options)
  }

  /**
   * Renames a file or directory within its directory; a file of that name is overwritten.
   *
   * @param name without slashes. @throws NotFoundError. @throws ConfigError for a path that leads out of the folder.
   */
  async renameFile(path: string, name: string, options: CallOptions = {}): Promise<void> {
    await (await files()).renameFile(this, path, name, options)
  }

  /**
   * Moves a file or directory: into a directory that exists, over a file, or to a new name, whose
   * directories are made.
   *
   * @throws NotFoundError. @throws UnsupportedError before release 22.03.
   */
  async moveFile(from: string, to: string, options: CallOptions = {}): Promise<void> {
    await (await files()).moveFile(this, from, to, options)
  }

  /**
   * Deletes files, and with `recursive` directories. Since release 25.4 servers ignore in silence what is not there, and
   * directories without `recursive`; before they stop there.
   *
   * @throws NotFoundError, InvalidRequestError before release 25.4.
   */
  async deleteFiles(paths: string | readonly string[], options: DeleteFilesOptions = {}): Promise<void> {
    await (await files()).deleteFiles(this, many(paths), options)
  }

  /**
   * The same by a task, which goes on without the caller: for directories that take longer than a request may.
   *
   * @returns the task; before release 25.17 undefined, and what was to be deleted is gone when this returns.
   * @throws NotFoundError, InvalidRequestError before release 25.4.
   * @example
   * await folder.upload('old/one.txt', 'text')
   * const task = await folder.startDeletingFiles('old', { recursive: true })
   * await task?.wait()
   */
  async startDeletingFiles(
    paths: string | readonly string[],
    options: DeleteFilesOptions = {},
  ): Promise<BackgroundTask | undefined> {
    return (await files()).startDeletingFiles(this, many(paths), options)
  }

  /**
   * What is in a directory, without what is in its directories. Servers stop after some entries, 1,000 unless the site has
   * another limit, and do not say so: from that many on `isTruncated` is true.
   *
   * @param path default: the folder itself.
   * @throws NotFoundError. @throws InvalidRequestError for a file.
   */
  async listFiles(path = '', options: CallOptions = {}): Promise<FileListing> {
    return (await files()).listFiles(this, path, options)
  }

  /**
   * Sends a file, in parts that are made again where a line breaks. Directories are made; a file that is there is replaced
   * when all has arrived.
   *
   * @param file below the folder's root: `data/train.parquet`.
   * @param source a `File` or `Blob`, bytes, a text, a stream (with `size`), or a file handle of Node or Deno.
   * @throws UploadError with a `reason`: the source changed, the server is away for too long, ….
   * @example
   * await folder.upload('train.txt', 'some text', { onProgress: ({ sent, total }) => console.log(sent / total) })
   */
  async upload(file: string, source: UploadSource, options?: FileUploadOptions): Promise<UploadedFile> {
    return (await import('./upload.ts')).upload(this, file, source, options)
  }

  /** Sends many files, four at a time. Throws with the first that fails. */
  async uploadAll(files: Iterable<UploadEntry>, options?: UploadFilesOptions): Promise<readonly UploadedFile[]> {
    return (await this.startUpload(files, options)).done
  }

  /** Sends files, and gives a handle: to watch, to pause, to leave. */
  async startUpload(files: Iterable<UploadEntry>, options?: UploadFilesOptions): Promise<Upload> {
    return (await import('./upload.ts')).startUpload(this, files, options)
  }

  /**
   * Fetches a file. What breaks off goes on where it was, as long as the file has not changed.
   *
   * @throws NotFoundError where there is none; the stream throws {@link DownloadError}.
   * @example
   * const download = await folder.download('train.txt')
   * console.log(download.size, await download.text())
   */
  async download(file: string, options?: DownloadOptions): Promise<Download> {
    return (await import('./download.ts')).download(this, file, options)
  }

  /**
   * Fetches a directory as a ZIP archive that is made on the way; the empty text is the root. Several files and directories:
   * since release 26.3. An archive that breaks off cannot be gone on with, and the stream then throws.
   *
   * @throws UnsupportedError for several on earlier releases.
   */
  async downloadArchive(files: string | readonly string[], options?: ArchiveOptions): Promise<Download> {
    return (await import('./download.ts')).downloadArchive(this, files, options)
  }
}

/** See {@link VFolders.get}. */
export async function getFolder(transport: Transport, reference: string, options: CallOptions): Promise<VFolder> {
  const info = await findFolder(transport, reference, options)
  return new VFolder(transport, info, await transport.supports('vfolder-ids', options))
}
