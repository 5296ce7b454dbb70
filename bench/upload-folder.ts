/** The folder of upload-server.ts. */
import { createClient, keypair, VFolder } from '@backend-ai-sdk/client'

import { account } from './account.ts'

export function folderAt(port: number): VFolder {
  const { transport } = createClient({
    endpoint: `http://127.0.0.1:${port}`,
    auth: keypair(account),
    apiVersion: 'v9.20250722',
    release: '26.9.6',
  })
  const id = '5f1cf2f4-c2a4-4f4b-9f43-0c3ea9a4a5ac'
  return new VFolder(transport, { id, name: 'bench', host: 'local:volume1', usageMode: 'general' }, true)
}
