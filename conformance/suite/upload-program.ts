/** An upload in a process of its own, for those that are killed. Its keys come through the standard input. */
import { readFileSync } from 'node:fs'

import { createClient, keypair } from '@backend-ai-sdk/client'
import { fileStore, uploadPath } from '@backend-ai-sdk/client/node'

interface Order {
  endpoint: string
  keys: { accessKey: string; secretKey: string }
  folder: string
  path: string
  to: string
  store: string
}

const order = JSON.parse(readFileSync(0, 'utf8')) as Order
const client = createClient({ endpoint: order.endpoint, auth: keypair(order.keys) })
const folder = await client.vfolders.get(order.folder)
const [uploaded] = await uploadPath(folder, order.path, {
  to: order.to,
  partSize: 1024 * 1024,
  resumeStore: fileStore(order.store),
  onProgress: ({ sent }) => process.stdout.write(`${sent}\n`),
})
process.stdout.write(`resumed at ${uploaded!.resumedAt}\n`)
