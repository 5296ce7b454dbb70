/** A file there and back in a process of its own, which tells how much memory that took. Keys come by standard input. */
import { readFileSync } from 'node:fs'

import { createClient, keypair } from '@backend-ai-sdk/client'
import { downloadTo, uploadPath } from '@backend-ai-sdk/client/node'

interface Order {
  endpoint: string
  keys: { accessKey: string; secretKey: string }
  folder: string
  path: string
  back: string
}

const order = JSON.parse(readFileSync(0, 'utf8')) as Order
const client = createClient({ endpoint: order.endpoint, auth: keypair(order.keys) })
const folder = await client.vfolders.get(order.folder)
const idle = process.memoryUsage.rss()
/** Bytes over what it has when it does nothing. */
const peak = (): number => process.resourceUsage().maxRSS * 1024 - idle

const [uploaded] = await uploadPath(folder, order.path, { to: 'large.bin' })
const upload = { size: uploaded!.size, peak: peak() }
const { size } = await downloadTo(folder, 'large.bin', order.back)
process.stdout.write(JSON.stringify({ upload, download: { size, peak: peak() } }))
