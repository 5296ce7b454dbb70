/** `ps`: the sessions, page by page (protocol 05 §1.7, §4.1–4.3). */
import type { Client, ServerInfo } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { Failure, InvalidArgument } from '../../failures.ts'
import { printable } from '../../output.ts'
import type { WireRecord } from '../../session-fields.ts'
import { columnWidths, formatTable } from '../../table.ts'
import { readKey } from '../../terminal.ts'
import { cellOf, chooseColumns, type Column, jsonOf, ownerColumn, selectionOf, statusSet } from './columns.ts'
import type { PsFlags } from './command.ts'

interface Page {
  items: WireRecord[]
  total: number
}

type FetchPage = (offset: number, limit: number) => Promise<Page>

const pageLimit = 100
const jsonLimit = 20
const none = 'There are no matching sessions.'

export default async function ps(context: Context, flags: PsFlags): Promise<void> {
  const { options, output, signal } = context
  if (flags.offset < 0 || (flags.limit !== undefined && flags.limit < 1))
    throw new InvalidArgument('--offset is 0 or more, and --limit 1 or more.')
  const chosen = chooseColumns(flags)
  const { client } = connect(context)
  const namesOnly = flags.nameOnly || flags.idOnly
  const asksForOwner = flags.format === undefined && !namesOnly
  // Asked at the same time as the first page, which is fetched with what both answers need.
  const shown = asksForOwner ? withOwner(chosen, askWhetherAdmin(client, signal)) : Promise.resolve(chosen)
  shown.catch(() => undefined)
  const needed = namesOnly
    ? chooseColumns({ format: ['name'], detail: false })
    : [...chosen, ...(asksForOwner ? [ownerColumn] : [])]
  const fetchPage = await pageFetcher(client, flags, needed, signal)

  if (options.output === 'json') {
    const limit = flags.limit ?? (flags.all ? Number.POSITIVE_INFINITY : jsonLimit)
    const { items, total } = await fetchAll(fetchPage, flags.offset, limit)
    const columns = namesOnly ? needed : await shown
    const records = items.map((item) => jsonOf(columns, item))
    await output.json({ count: records.length, total_count: total, items: records })
  } else if (namesOnly) {
    const { items } = await fetchAll(fetchPage, flags.offset, flags.limit)
    for (const { name } of items) await output.print(printable(String(name)))
    // Not on stdout: these lines are made to be read by programs.
    if (items.length === 0) output.status('info', none)
  } else await showTable(context, flags, shown, fetchPage)
}

async function withOwner(columns: Column[], isAdmin: Promise<boolean>): Promise<Column[]> {
  if (!(await isAdmin)) return columns
  return columns.flatMap((column) => (column.key === 'name' ? [column, ownerColumn] : [column]))
}

/** Without the secret, which the Python command asks for too. */
async function askWhetherAdmin(client: Client, signal: AbortSignal): Promise<boolean> {
  const { keypair } = await client.graphql<{ keypair: { is_admin: boolean | null } | null }>(
    'query { keypair { is_admin } }',
    {},
    { signal },
  )
  return keypair?.is_admin === true
}

async function pageFetcher(
  client: Client,
  flags: PsFlags,
  columns: readonly Column[],
  signal: AbortSignal,
): Promise<FetchPage> {
  const server = await client.server({ signal })
  if (
    (flags.filter !== undefined || flags.order !== undefined) &&
    !(await client.supports('graphql-filter', { signal }))
  )
    throw new Failure(
      `BackendAPIVersionError: Release ${server.release} of the server does not know --filter and --order.`,
    )
  const status = statusOf(flags, server)
  const given = Object.entries({
    status,
    access_key: flags.accessKey,
    filter: flags.filter,
    order: flags.order,
  }).filter(([, value]) => value !== undefined)
  const declared = given.map(([name]) => `, $${name}: String`).join('')
  const passed = given.map(([name]) => `, ${name}: $${name}`).join('')
  const document = `query($limit: Int!, $offset: Int!${declared}) { compute_session_list(limit: $limit, offset: $offset${passed}) { items { ${selectionOf(columns, server)} } total_count } }`
  return async (offset, limit) => {
    type Answer = { compute_session_list: { items: WireRecord[]; total_count: number } }
    const variables = { ...Object.fromEntries(given), offset, limit }
    const { compute_session_list: list } = await client.graphql<Answer>(document, variables, { signal })
    return { items: list.items, total: list.total_count }
  }
}

/** The flags win over `--status`. */
function statusOf({ dead, running, status }: PsFlags, server: ServerInfo): string {
  if (dead) return statusSet(server, 'dead')
  if (running) return statusSet(server, 'running')
  if (status === 'ALL') return statusSet(server, 'all')
  return status ?? statusSet(server, 'default')
}

async function fetchAll(fetchPage: FetchPage, offset: number, limit = Number.POSITIVE_INFINITY): Promise<Page> {
  const items: WireRecord[] = []
  for (;;) {
    const page = await fetchPage(offset + items.length, Math.min(pageLimit, limit - items.length))
    items.push(...page.items)
    const isLast = page.items.length === 0 || offset + items.length >= page.total || items.length >= limit
    if (isLast) return { items, total: page.total }
  }
}

/** On a terminal page by page with the widths of the first one, else as one table. */
async function showTable(
  context: Context,
  flags: PsFlags,
  shown: Promise<readonly Column[]>,
  fetchPage: FetchPage,
): Promise<void> {
  const { host, output } = context
  const { offset, plain, limit = Number.POSITIVE_INFINITY } = flags
  if (!output.stdoutLook.terminal || !host.stdin.isTTY || flags.all) {
    const { items } = await fetchAll(fetchPage, offset, limit)
    return output.print(items.length === 0 ? none : await tableOf(items, shown, { plain }))
  }
  const height = host.stdout.rows ?? 24
  let widths: number[] | undefined
  for (let count = 0; ;) {
    const size = Math.max(10, height - (widths ? 1 : 3))
    const { items, total } = await fetchPage(offset + count, Math.min(pageLimit, size, limit - count))
    if (items.length === 0) return count === 0 ? output.print(none) : undefined
    const table = await tableOf(items, shown, widths ? { plain: true, widths } : { plain })
    await output.print(table)
    widths ??= plain ? [] : columnWidths(table)
    count += items.length
    if (offset + count >= total || count >= limit || (await wantsNoMore(context))) return
  }
}

async function tableOf(
  items: readonly WireRecord[],
  shown: Promise<readonly Column[]>,
  options: { plain: boolean; widths?: number[] },
): Promise<string> {
  const columns = await shown
  const rows = items.map((item) => columns.map((column) => cellOf(column, item)))
  const decimals = columns.flatMap(({ isMeasure }, column) => (isMeasure ? [column] : []))
  return formatTable(rows, { header: columns.map(({ header }) => header), decimals, ...options })
}

/** One key after the colon, which goes away again. */
async function wantsNoMore(context: Context): Promise<boolean> {
  await context.output.write(':')
  const key = await readKey(context)
  await context.output.write('\r\u001B[K')
  return key === undefined || key.toLowerCase() === 'q'
}
