/** What programs that work with a folder in a process of their own are told, keys too: by the standard input. */
import { readFileSync } from 'node:fs'

import { createClient, keypair, type VFolder } from '@backend-ai-sdk/client'

interface FolderOrder {
  endpoint: string
  keys: { accessKey: string; secretKey: string }
  folder: string
}

export async function readOrder<Order>(): Promise<Order & { folder: VFolder }> {
  const { endpoint, keys, folder, ...order } = JSON.parse(readFileSync(0, 'utf8')) as FolderOrder & Order
  const client = createClient({ endpoint, auth: keypair(keys) })
  return { ...(order as Order), folder: await client.vfolders.get(folder) }
}
