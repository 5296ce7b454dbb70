/** `ps`: the sessions, page by page (protocol 05 §1.7, §4.1–4.3). */
import type { Client, ServerInfo } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { Failure, InvalidArgument } from '../../failures.ts'
import { printable } from '../../output.ts'
import type { WireRecord } from '../../session-fields.ts'
import { columnWidths, formatTable } from '../../table.ts'
import { cellOf, chooseColumns, type Column, jsonOf, ownerColumn, selectionOf, statusSet } from './columns.ts'
import type { PsFlags } from './command.ts'

interface Page {
  items: WireRecord[]
  total: number
  /** Those to be shown. */
  columns: readonly Column[]
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
  const columns = namesOnly ? chooseColumns({ format: ['name'], detail: false }) : chosen
  const ownerForAdmins = flags.format === undefined && !namesOnly
  const fetchPage = await pageFetcher(client, flags, { columns, ownerForAdmins }, signal)

  if (options.output === 'json') {
    const limit = flags.limit ?? (flags.all ? Number.POSITIVE_INFINITY : jsonLimit)
    const { items, total, columns } = await fetchAll(fetchPage, flags.offset, limit)
    const records = items.map((item) => jsonOf(columns, item))
    await output.json({ count: records.length, total_count: total, items: records })
  } else if (namesOnly) {
    const { items } = await fetchAll(fetchPage, flags.offset, flags.limit)
    for (const { name } of items) await output.print(printable(String(name)))
    // Not on stdout: these lines are made to be read by programs.
    if (items.length === 0) output.status('info', none)
  } else await showTable(context, flags, fetchPage)
}

const withOwner = (columns: readonly Column[]): Column[] =>
  columns.flatMap((column) => (column.key === 'name' ? [column, ownerColumn] : [column]))

interface Wanted {
  columns: readonly Column[]
  /** Whether administrators see the owner, too. */
  ownerForAdmins: boolean
}

async function pageFetcher(
  client: Client,
  flags: PsFlags,
  { columns, ownerForAdmins }: Wanted,
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
  const needed = ownerForAdmins ? [...columns, ownerColumn] : columns
  let isAdmin = ownerForAdmins ? undefined : false
  return async (offset, limit) => {
    // Beside the first page: a request of its own takes longer than all else here (docs/performance.md). Without the
    // secret, which the Python command asks for too.
    const more = isAdmin === undefined ? ' keypair { is_admin }' : ''
    const document = `query($limit: Int!, $offset: Int!${declared}) { compute_session_list(limit: $limit, offset: $offset${passed}) { items { ${selectionOf(needed, server)} } total_count }${more} }`
    type Answer = {
      compute_session_list: { items: WireRecord[]; total_count: number }
      keypair?: { is_admin: boolean | null } | null
    }
    const variables = { ...Object.fromEntries(given), offset, limit }
    const { compute_session_list: list, keypair } = await client.graphql<Answer>(document, variables, { signal })
    isAdmin ??= keypair?.is_admin === true
    return { items: list.items, total: list.total_count, columns: isAdmin ? withOwner(columns) : columns }
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
    if (isLast) return { ...page, items }
  }
}

/** On a terminal page by page with the widths of the first one, else as one table. */
async function showTable(context: Context, flags: PsFlags, fetchPage: FetchPage): Promise<void> {
  const { host, output } = context
  const { offset, plain, limit = Number.POSITIVE_INFINITY } = flags
  if (!output.stdoutLook.terminal || !host.stdin.isTTY || flags.all) {
    const page = await fetchAll(fetchPage, offset, limit)
    return output.print(page.items.length === 0 ? none : tableOf(page, { plain }))
  }
  const height = host.stdout.rows ?? 24
  let widths: number[] | undefined
  for (let count = 0; ;) {
    const size = Math.max(10, height - (widths ? 1 : 3))
    const page = await fetchPage(offset + count, Math.min(pageLimit, size, limit - count))
    if (page.items.length === 0) return count === 0 ? output.print(none) : undefined
    const table = tableOf(page, widths ? { plain: true, widths } : { plain })
    await output.print(table)
    widths ??= plain ? [] : columnWidths(table)
    count += page.items.length
    if (offset + count >= page.total || count >= limit || (await wantsNoMore(context))) return
  }
}

function tableOf({ items, columns }: Page, options: { plain: boolean; widths?: number[] }): string {
  const rows = items.map((item) => columns.map((column) => cellOf(column, item)))
  const decimals = columns.flatMap(({ isMeasure }, column) => (isMeasure ? [column] : []))
  return formatTable(rows, { header: columns.map(({ header }) => header), decimals, ...options })
}

/** One key after the colon, which goes away again. */
async function wantsNoMore(context: Context): Promise<boolean> {
  await context.output.write(':')
  const { readKey } = await import('../../terminal.ts')
  const key = await readKey(context)
  await context.output.write('\r\u001B[K')
  return key === undefined || key.toLowerCase() === 'q'
}
