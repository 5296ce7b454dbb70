/** A file there and back in a process of its own, which tells how much memory that took. */
import { downloadTo, uploadPath } from '@backend-ai-sdk/client/node'

import { readOrder } from './folder-program.ts'

const { folder, path, back } = await readOrder<{ path: string; back: string }>()
const idle = process.memoryUsage.rss()
/** Bytes over what it has when it does nothing. */
const peak = (): number => process.resourceUsage().maxRSS * 1024 - idle

const [uploaded] = await uploadPath(folder, path, { to: 'large.bin' })
const upload = { size: uploaded!.size, peak: peak() }
const { size } = await downloadTo(folder, 'large.bin', back)
process.stdout.write(JSON.stringify({ upload, download: { size, peak: peak() } }))
