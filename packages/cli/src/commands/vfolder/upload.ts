/** `vfolder upload`. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'

import type { UploadedFile, UploadFilesOptions } from '@backend-ai-sdk/client'
import { fileStore, uploadPath } from '@backend-ai-sdk/client/node'

import type { Context } from '../../context.ts'
import { printable } from '../../output.ts'
import { stateDirectory } from '../../state-directory.ts'
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
  const { directories, files } = await findLocalFiles(given, { ...flags, cwd: host.cwd() })
  const { folder } = await openFolder(context, name, flags.overrideStorageProxy)
  const resumeStore = fileStore(join(stateDirectory(host.env), 'uploads'))
  /** Each with a bar of its own. */
  const send = (
    locals: readonly string[],
    work: (options: UploadFilesOptions) => Promise<readonly UploadedFile[]>,
  ): Promise<readonly UploadedFile[]> =>
    withBar(context, async (report) => {
      if (options.output !== 'json') for (const local of locals) await output.print(printable(`Uploading ${local} ...`))
      return work({
        partSize: flags.chunkSize,
        resumeStore,
        signal,
        onProgress: ({ filesDone, filesTotal, path, ...progress }) =>
          report({ ...progress, file: filesTotal > 1 && filesDone < filesTotal ? path : undefined }),
      })
    })

  const sent: UploadedFile[] = []
  const entries = files.map(({ local, path, size }) => ({ path, size, source: () => open(local) }))
  if (files.length > 0)
    sent.push(
      ...(await send(
        files.map(({ local }) => local),
        (options) => folder.uploadAll(entries, options),
      )),
    )
  for (const { local, path } of directories)
    sent.push(...(await send([local], (options) => uploadPath(folder, local, { ...options, to: path }))))
  const facts = sent.map(({ path, resumedAt, size }) => ({ path, size, resumed_at: resumedAt }))
  await tellDone(context, 'Done.', { files: facts })
}
