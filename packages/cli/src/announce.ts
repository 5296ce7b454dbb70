/** What was done, on stderr, and what was to be confirmed before (protocol 05 §1.5, §1.10). */
import type { Context } from './context.ts'
import { LineReader } from './terminal.ts'

/** In the words of the Python command, or as JSON. */
export async function announce(
  { options, output }: Context,
  msg: string,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  output.status('info', msg)
  if (options.output === 'json') await output.json({ ok: true, msg, ...facts })
}

/** Nothing but `y` is yes. */
export async function isSure(context: Context): Promise<boolean> {
  const { output } = context
  const input = new LineReader(context)
  output.status('info', 'Are you sure? (y/[n])')
  try {
    if ((await input.read()) === 'y') return true
  } finally {
    input.close()
  }
  output.status('info', 'Aborting.')
  return false
}
