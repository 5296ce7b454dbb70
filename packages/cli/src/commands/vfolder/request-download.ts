/** `vfolder request-download`: the one command that shows a token, because that is what it is asked for. */
import { path } from '@backend-ai-sdk/client'

import type { Context } from '../../context.ts'
import { tellDone } from '../../told.ts'
import { openFolder } from './folder.ts'

export default async function requestDownload(
  context: Context,
  _flags: object,
  name: string,
  file: string,
): Promise<void> {
  const { client, folder } = await openFolder(context, name)
  const { token, url } = await client.request<{ token: string; url: string }>({
    method: 'POST',
    path: path`/folders/${folder.segment}/request-download`,
    json: { path: file },
    signal: context.signal,
  })
  await tellDone(context, `Download token: ${token}`, { token, url })
}
