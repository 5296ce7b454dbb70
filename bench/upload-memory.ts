/** The memory of one upload, in a process of its own: `PORT FILE`, or `PORT` alone for a client that sends nothing. */
import { uploadPath } from '@backend-ai-sdk/client/node'

import { folderAt } from './upload-folder.ts'

const [port, file] = process.argv.slice(2)
const folder = folderAt(Number(port))
await folder.transport.request({ path: '/' })
if (file) await uploadPath(folder, file, { to: 'memory' })
process.send!(process.resourceUsage().maxRSS / 1024)
