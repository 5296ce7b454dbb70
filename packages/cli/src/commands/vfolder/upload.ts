/** `vfolder upload`. */
import type { Context } from '../../context.ts'
import { printable } from '../../output.ts'
import { tellDone } from '../../told.ts'
import type { UploadFlags } from './files.ts'
import { openFolder } from './folder.ts'
import { findLocalFiles } from './local-files.ts'
import { withBar } from './transfer.ts'

export default async function upload(
  context: Context,
  flags: UploadFlags,
  name: string,
  ...given: string[]
): Promise<void> {
  const { host, options, output, signal } = context
  const { emptyDirectories, files, named } = await findLocalFiles(given, { ...flags, cwd: host.cwd() })
  const { folder } = await openFolder(context, name, flags.overrideStorageProxy)
  if (options.output !== 'json') for (const local of named) await output.print(printable(`Uploading ${local} ...`))
  if (emptyDirectories.length > 0) await folder.mkdir(emptyDirectories, { parents: true, existOk: true, signal })
  const sent = await withBar(context, (report) =>
    folder.uploadAll(files, {
      partSize: flags.chunkSize,
      signal,
      onProgress: ({ filesDone, filesTotal, path, ...progress }) =>
        report({ ...progress, file: filesTotal > 1 && filesDone < filesTotal ? path : undefined }),
    }),
  )
  const facts = sent.map(({ path, resumedAt, size }) => ({ path, size, resumed_at: resumedAt }))
  await tellDone(context, 'Done.', { files: facts })
}
