/** What the commands for files in a folder take. */
import { defineCommand } from '../../command.ts'
import { argument, oneAndMore, text, yes } from '../../parameters.ts'
import { bytes, keyValues, natural } from '../../values.ts'
import { folder } from './folders.ts'

type TransferFlags = {
  readonly baseDir?: string
  readonly chunkSize?: number
  readonly overrideStorageProxy?: Readonly<Record<string, string>>
}

const chunkSize = <const Brief extends string>(brief: Brief) =>
  ({ kind: 'parsed', parse: chunk, optional: true, placeholder: 'SIZE', brief }) as const

function chunk(text: string): number {
  const size = bytes(text)
  if (size < 1) throw new Error(`A chunk of ${text} has no byte.`)
  return size
}

const transferFlags = {
  overrideStorageProxy: {
    kind: 'parsed',
    parse: keyValues,
    optional: true,
    placeholder: 'X1=Y1,X2=Y2',
    brief: 'Addresses of storage proxies as the manager tells them, and those to use instead.',
  },
} as const

export type UploadFlags = TransferFlags & { readonly recursive: boolean }

export const uploadCommand = defineCommand<UploadFlags, [name: string, ...files: string[]]>({
  brief: 'Upload files to a folder.',
  description: [
    'They get the paths that they have below the base directory, and take the place of files that are there already.',
    'An upload that ended too early, by Ctrl-C or with the machine, is continued by the same command.',
  ].join('\n\n'),
  usage: 'NAME [FILENAMES]...',
  parameters: {
    flags: {
      baseDir: text('PATH', 'What the names of files are relative to. Without it, the working directory.'),
      recursive: yes('Directories with all that is in them.'),
      chunkSize: chunkSize('Bytes of one request: 64m. Without it, 16m; smaller where a line breaks often.'),
      ...transferFlags,
    },
    aliases: { b: 'baseDir', r: 'recursive' },
    positional: oneAndMore('NAME', 'Folder, then files.'),
  },
  load: () => import('./upload.ts'),
})

export type DownloadFlags = TransferFlags & { readonly maxRetries: number; readonly noClobber: boolean }

export const downloadCommand = defineCommand<DownloadFlags, [name: string, ...files: string[]]>({
  brief: 'Download files and directories of a folder.',
  description: [
    'They get the same paths below the base directory. Files that are there already are overwritten, when all of the new one has come.',
    'A download that ended too early is continued by the same command.',
  ].join('\n\n'),
  usage: 'NAME [FILENAMES]...',
  parameters: {
    flags: {
      baseDir: text('PATH', 'Directory that they are put in. Without it, the working directory.'),
      chunkSize: chunkSize('Bytes of one request: 64m. Without it, a whole file.'),
      maxRetries: {
        kind: 'parsed',
        parse: natural,
        default: '20',
        placeholder: 'NUMBER',
        brief: 'How often a file is asked for again that makes no progress.',
      },
      noClobber: yes('Keep files that are there already.'),
      ...transferFlags,
    },
    aliases: { b: 'baseDir' },
    positional: oneAndMore('NAME', 'Folder, then files and directories.'),
  },
  load: () => import('./download.ts'),
})

export const requestDownloadCommand = defineCommand<object, [name: string, file: string]>({
  brief: 'Ask for a token with which a file can be downloaded.',
  description: 'Whoever has it can read the file, until it expires.',
  usage: 'NAME FILENAME',
  parameters: {
    positional: { kind: 'tuple', parameters: [folder, argument('FILENAME', 'Path in the folder.')] },
  },
  load: () => import('./request-download.ts'),
})

export const copyCommand = defineCommand<object, string[]>({
  brief: 'Not there: says what to use instead.',
  usage: '[FILENAMES]...',
  parameters: {
    positional: { kind: 'array', parameter: argument('FILENAMES', 'Paths.') },
  },
  load: () => import('./copy.ts'),
})

export type MakeDirectoryFlags = { readonly parents: boolean; readonly existOk: boolean }

export const makeDirectoryCommand = defineCommand<MakeDirectoryFlags, [name: string, ...paths: string[]]>({
  brief: 'Make directories in a folder.',
  usage: 'NAME PATHS...',
  parameters: {
    flags: {
      parents: yes('Also the directories above it.'),
      existOk: yes('It is no failure if it is there already.'),
    },
    aliases: { p: 'parents', e: 'existOk' },
    positional: oneAndMore('NAME', 'Folder, then paths in it.'),
  },
  load: async () => ({ default: (await import('./change-files.ts')).makeDirectories }),
})

export const renameFileCommand = defineCommand<object, [name: string, path: string, newName: string]>({
  brief: 'Rename a file or directory in a folder.',
  usage: 'NAME TARGET_PATH NEW_NAME',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        folder,
        argument('TARGET_PATH', 'Path in the folder.'),
        argument('NEW_NAME', 'Name, without a path.'),
      ],
    },
  },
  load: async () => ({ default: (await import('./change-files.ts')).renameFile }),
})

export const moveCommand = defineCommand<object, [name: string, source: string, target: string]>({
  brief: 'Move a file or directory within a folder.',
  usage: 'NAME SRC DST',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [folder, argument('SRC', 'Path in the folder.'), argument('DST', 'New path, or a directory.')],
    },
  },
  load: async () => ({ default: (await import('./change-files.ts')).moveFile }),
})

export type RemoveFlags = { readonly recursive: boolean; readonly yes: boolean }

export const removeCommand = defineCommand<RemoveFlags, [name: string, ...files: string[]]>({
  brief: 'Delete files in a folder, after asking.',
  usage: 'NAME FILENAMES...',
  parameters: {
    flags: { recursive: yes('Directories with all that is in them.'), yes: yes('Do not ask.') },
    aliases: { r: 'recursive', y: 'yes' },
    positional: oneAndMore('NAME', 'Folder, then paths in it.'),
  },
  load: async () => ({ default: (await import('./change-files.ts')).removeFiles }),
})

export const listFilesCommand = defineCommand<object, [name: string, path: string]>({
  brief: 'List the files in a folder.',
  usage: 'NAME [PATH]',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [folder, { ...argument('PATH', 'Path in the folder.'), default: '.' }],
    },
  },
  load: () => import('./list-files.ts'),
})
