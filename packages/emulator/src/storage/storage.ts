/** The bytes of all folders of a cluster, by volume. What folders there are is the manager's matter. */
import type { FileSystem } from './file-system.ts'
import { StoredFolder } from './stored-folder.ts'

export interface Volume {
  /** `local:volume1`, as in the `host` of a folder. */
  readonly host: string
  /** Of that id, dashed or not, whether it was made or not. */
  folder(id: string): Promise<StoredFolder>
}

export class Storage {
  readonly #open: () => Promise<FileSystem>
  #files: Promise<FileSystem> | undefined

  /** @param open is called when the first folder is wanted. */
  constructor(open: () => Promise<FileSystem>) {
    this.#open = open
  }

  volume(host: string): Volume {
    return {
      host,
      folder: async (id) => {
        const files = await this.#fileSystem()
        const digits = id.replaceAll('-', '')
        const [first, second, rest] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)]
        // As real volumes have it; the last part is what an archive of the folder is called (03 §2.6).
        return new StoredFolder(
          files,
          `/${encodeURIComponent(volumeName(host))}/${first}/${second}/${rest}`,
          dashed(digits),
        )
      },
    }
  }

  async dispose(): Promise<void> {
    await (await this.#files)?.dispose()
  }

  #fileSystem(): Promise<FileSystem> {
    this.#files ??= this.#open()
    return this.#files
  }
}

/** `volume1` of `local:volume1`. */
export const volumeName = (host: string): string => host.slice(host.indexOf(':') + 1)

const dashed = (digits: string): string =>
  [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
