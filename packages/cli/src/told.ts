/** How commands that change something tell of it: in the words of the Python command, or as JSON (protocol 05 §7.3). */
import type { Context } from './context.ts'

type Facts = Readonly<Record<string, unknown>>

/** A status line. */
export async function tellDone({ output, options }: Context, msg: string, facts: Facts = {}): Promise<void> {
  output.status('done', msg)
  if (options.output === 'json') await output.json({ ok: true, msg, ...facts })
}

/** Lines of data. */
export function tell({ output, options }: Context, msg: string, facts: Facts = {}): Promise<void> {
  return options.output === 'json' ? output.json({ ok: true, msg, ...facts }) : output.print(msg)
}

/** Records, as a table or otherwise; all of them, however many the page has. */
export async function tellRecords(
  { output, options }: Context,
  records: readonly object[],
  print: () => Promise<void>,
  total: number = records.length,
): Promise<void> {
  if (options.output !== 'json') return print()
  await output.json({ count: records.length, total_count: total, items: records })
}
