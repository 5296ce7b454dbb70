/** `Are you sure? [Y/n]` (protocol 05 §1.10). */
import type { Context } from './context.ts'
import { exitCodes, Failure } from './failures.ts'
import { LineReader } from './terminal.ts'

/** Enter means yes, as in the Python command. @returns undefined for yes, else the exit code. */
export async function confirm(context: Context): Promise<number | undefined> {
  const { options, output } = context
  // Answers come from pipes, too.
  const input = new LineReader(context)
  const ask = (text: string): Promise<void> =>
    options.output === 'json' ? output.writeError(text) : output.write(text)
  try {
    for (;;) {
      await ask('Are you sure? [Y/n] ')
      const answer = (await input.read())?.trim().toLowerCase()
      if (answer === undefined) throw new Failure('There was no answer.')
      if (['', 'y', 'yes'].includes(answer)) return undefined
      if (['n', 'no'].includes(answer)) {
        output.status('info', 'Cancelled')
        return exitCodes.failure
      }
      await ask('Please answer in y/yes/n/no.\n')
    }
  } finally {
    input.close()
  }
}
