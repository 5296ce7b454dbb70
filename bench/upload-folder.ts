/** The folder of upload-server.ts. */
import { VFolder } from '@backend-ai-sdk/client'

import { clientOf } from './client.ts'

export function folderAt(port: number): VFolder {
  const { transport } = clientOf(`http://127.0.0.1:${port}`)
  const id = '5f1cf2f4-c2a4-4f4b-9f43-0c3ea9a4a5ac'
  return new VFolder(transport, { id, name: 'bench', host: 'local:volume1', usageMode: 'general' }, true)
}
