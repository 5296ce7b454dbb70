/** `vfolder cp`, which no release has. */
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'

export default function copy(_context: Context): Promise<number> {
  throw new Failure(
    [
      'There is no copying within folders.',
      'backend.ai vfolder upload NAME FILES... and download NAME FILES... copy to and from this machine,',
      'mv NAME SRC DST moves within a folder, and clone NAME TARGET_NAME copies a whole one.',
    ].join('\n'),
  )
}
