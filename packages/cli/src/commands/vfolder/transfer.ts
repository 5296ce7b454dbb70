/** What uploads and downloads have in common: a bar while they last, and word of how they go on. */
import { NetworkError } from '@backend-ai-sdk/client'

import type { Context } from '../../context.ts'
import type { Progress } from '../../progress.ts'
import { TransferBar } from '../../transfer-bar.ts'

export type Report = (progress: Omit<Progress, 'elapsed'>) => void

/** @throws what the work throws; where that is no end of its own, a line tells what to do. */
export async function withBar<Result>(context: Context, work: (report: Report) => Promise<Result>): Promise<Result> {
  const { output, signal } = context
  let hasBegun = false
  try {
    using bar = new TransferBar(output)
    return await work((progress) => {
      hasBegun = true
      bar.update(progress)
    })
  } catch (error) {
    if (hasBegun && (signal.aborted || error instanceof NetworkError))
      output.status('info', 'The same command goes on where this one was.')
    throw error
  }
}
