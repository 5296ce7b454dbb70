/** An upload in a process of its own, for those that are killed. */
import { fileStore, uploadPath } from '@backend-ai-sdk/client/node'

import { readOrder } from './folder-program.ts'

const { folder, path, to, store } = await readOrder<{ path: string; to: string; store: string }>()
const [uploaded] = await uploadPath(folder, path, {
  to,
  partSize: 1024 * 1024,
  resumeStore: fileStore(store),
  onProgress: ({ sent }) => process.stdout.write(`${sent}\n`),
})
process.stdout.write(`resumed at ${uploaded!.resumedAt}\n`)
