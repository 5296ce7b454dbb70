/** Tables of docs/reliability.md that tests hold true, and write anew where `WRITE_DOCS=1`. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const document = join(import.meta.dirname, '../../../../docs/reliability.md')

/**
 * What the document says, between `<!-- streams: NAME -->` and `<!-- until here -->`, and what it should say; both
 * without what a formatter changes.
 */
export async function compareTable(
  name: string,
  [heads, ...rows]: readonly (readonly string[])[],
): Promise<{ documented: string; measured: string }> {
  const table = [heads!, heads!.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  const [begin, end] = [`<!-- streams: ${name} -->`, '<!-- until here -->']
  const content = await readFile(document, 'utf8')
  const from = content.indexOf(begin) + begin.length
  const to = content.indexOf(end, from)
  const isToBeWritten = Boolean(process.env['WRITE_DOCS'])
  if (isToBeWritten) await writeFile(document, `${content.slice(0, from)}\n\n${table}\n\n${content.slice(to)}`)
  return { documented: plain(isToBeWritten ? table : content.slice(from, to)), measured: plain(table) }
}

const plain = (markdown: string): string =>
  markdown
    .replaceAll(/ +(?=\|)/g, ' ')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/\|\s+/g, '| ')
    .trim()

/** Several at a time: they mostly wait. */
export async function inParallel<T>(count: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) results[at] = await jobs[at]!()
  }
  await Promise.all(Array.from({ length: count }, work))
  return results
}
