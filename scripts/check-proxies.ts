/**
 * Tries the recipes of docs/proxies-and-certificates.md, as they are there, on every runtime against a local cluster
 * behind proxies and private certificates: `pnpm build` first.
 *
 * The runtimes come from the npm registry; `openssl` must be on the path. All else stays on loopback.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { checkLanguage, serve } from '../packages/emulator/src/node.ts'
import { makeCertificates } from './proxies/certificates.ts'
import { type Row, rows, type RuntimeName, type Target, type Values, variants } from './proxies/recipes.ts'
import { listenInVain, startFront, startProxy } from './proxies/servers.ts'
import type { Outcome } from './proxies/trial.ts'
import { run } from './runtimes/command.ts'
import { install } from './runtimes/project.ts'
import { programs } from './runtimes/smoke/programs.ts'

interface Runtime {
  name: RuntimeName
  command: readonly [string, ...string[]]
  /** Has it print its own path and version. A runtime started through npx would have its proxy used by npx. */
  whoami: readonly string[]
  options: readonly string[]
}

const whoami = 'console.log(JSON.stringify([process.execPath, process.versions]))'
const runtimes: readonly Runtime[] = [
  { name: 'node 22', command: ['npx', '-y', '-p', 'node@22', 'node'], whoami: ['-e', whoami], options: [] },
  { name: 'node 24', command: ['npx', '-y', '-p', 'node@24', 'node'], whoami: ['-e', whoami], options: [] },
  {
    name: 'deno',
    command: ['npx', '-y', 'deno@2.9.6'],
    whoami: ['eval', whoami.replace('process.execPath', 'Deno.execPath()')],
    options: ['run', '--allow-env', '--allow-net', '--allow-read'],
  },
  { name: 'bun', command: ['npx', '-y', 'bun@1.4.5'], whoami: ['-e', whoami], options: [] },
]
const others = ['undici@7.30.2', 'undici-8@npm:undici@8.13.1', 'https-proxy-agent@9.1.0', 'ws@8.23.0']
/** Milliseconds: of one trial, and of all together. */
const limit = 30_000
const totalLimit = 120_000

/** Blocks by the name in the comment before them. */
async function readRecipes(): Promise<Map<string, string>> {
  const text = await readFile(join(import.meta.dirname, '../docs/proxies-and-certificates.md'), 'utf8')
  const blocks = [...text.matchAll(/<!-- recipe: (\S+) -->\s*```ts\n([^]*?)```/g)]
  return new Map(blocks.map(([, name, code]) => [name!, code!]))
}

const plain = `import { createClient, fromEnv } from '@backend-ai-sdk/client'\n\nconst client = createClient(fromEnv())\n`
const recipes = new Map([['plain', plain], ...(await readRecipes())])
for (const [name, { of, replace }] of Object.entries(variants))
  recipes.set(name, recipes.get(of)?.replace(...replace) ?? '')
const untried = [...recipes.keys()].filter((name) => !rows.some(({ recipe }) => recipe === name))
const unknown = rows.filter(({ recipe }) => recipe !== 'command' && !recipes.has(recipe))
if (untried.length > 0 || unknown.length > 0)
  throw new Error(`Not tried: ${untried.join()}. Not in the document: ${unknown.map(({ recipe }) => recipe).join()}.`)

const directory = await mkdtemp(join(tmpdir(), 'proxies-'))
await using cleanup = new AsyncDisposableStack()
cleanup.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))

await install(directory, others)
await cp(fileURLToPath(import.meta.resolve('./proxies/trial.ts')), join(directory, 'trial.ts'))
for (const [name, code] of recipes)
  await writeFile(
    join(directory, `${name}.ts`),
    `import { trial } from './trial.ts'\n${code}\nawait trial(client)\nprocess.exit()\n`,
  )
const found = new Map<RuntimeName, { path: string; version: string }>()
for (const { name, command, whoami } of runtimes) {
  const [path, versions] = JSON.parse(await run([...command, ...whoami], { limit: 300_000 })) as [
    string,
    Record<string, string>,
  ]
  found.set(name, { path, version: versions[name.split(' ')[0]!]! })
}
// From here on, only what a row sets.
for (const name of Object.keys(process.env))
  if (/_proxy$|^(NODE_|DENO_|SSL_|BACKEND_|SORNA_)/i.test(name)) delete process.env[name]

const certificates = await makeCertificates(directory)
await writeFile(join(directory, 'late.env'), `NODE_EXTRA_CA_CERTS=${certificates.ca}\n`)
const cluster = cleanup.use(await serve())
const manager = new URL(cluster.url).host
const { accessKey, secretKey } = cluster.emulator.users.find(({ role }) => role === 'user')!
const hosts: Record<Target, string> = {
  http: manager,
  https: cleanup.use(await startFront(manager, certificates)).host,
  'client certificate': cleanup.use(await startFront(manager, certificates, { demandsCertificate: true })).host,
  'changed host': cleanup.use(await startFront(manager, certificates, { host: 'manager.internal' })).host,
}
const nowhere = cleanup.use(await listenInVain())
const image = (await checkLanguage('python')).available ? 'python' : 'node'
const code = programs[image].short
const ends = AbortSignal.timeout(totalLimit)

/** @returns what the programs said, and how the proxy was used. */
async function attempt(runtime: Runtime, row: Row): Promise<Outcome & { uses: ReadonlySet<string> }> {
  const scheme = row.target === 'http' ? 'http' : 'https'
  // A name is known to the proxy alone, as is where the address leads.
  const named = { http: 'manager.test:80', https: 'manager.test:443' }[scheme]
  const byAddress = row.byAddress ?? !(row.calls && row.socket)
  const routes = new Map([named, named.split(':')[0]!, nowhere.host].map((host) => [host, hosts[row.target]]))
  const userinfo = row.proxy === 'credentials' ? 'ada:p@ss' : undefined
  await using proxy = await startProxy(routes, userinfo)
  const values: Values = {
    on: '1',
    ca: certificates.ca,
    certificate: certificates.client.cert,
    key: certificates.client.key,
    proxy: `http://${userinfo ? 'ada:p%40ss@' : ''}${proxy.host}`,
    address: '127.0.0.1',
    proxyAlone: `http://${proxy.host}`,
  }
  const viaProxy = byAddress ? nowhere.host : 'manager.test'
  const env = {
    BACKEND_ENDPOINT: `${scheme}://${row.proxy === 'none' ? hosts[row.target] : viaProxy}`,
    BACKEND_ACCESS_KEY: accessKey,
    BACKEND_SECRET_KEY: secretKey,
    TRIAL_IMAGE: image,
    TRIAL_CODE: code,
    TRIAL_OUTPUT: 'still here\n',
    DENO_NO_UPDATE_CHECK: '1',
    ...Object.fromEntries(Object.entries(row.variables ?? {}).map(([name, value]) => [name, values[value]])),
  }
  const settings = { cwd: directory, env, limit, signal: ends }
  const { path } = found.get(runtime.name)!
  if (row.recipe !== 'command') {
    const output = await run([path, ...runtime.options, ...(row.options ?? []), `${row.recipe}.ts`], settings)
    return { ...(JSON.parse(output) as Outcome), uses: new Set(proxy.uses) }
  }
  const program = join(directory, 'node_modules/.bin/backend.ai')
  const reasonOf = (command: Promise<string>): Promise<string | undefined> => command.then(() => undefined, String)
  const calls = await reasonOf(run([path, program, 'ps'], settings))
  const socket = await reasonOf(run([path, program, 'run', '--rm', '-q', '-c', code, image], settings))
  return { ...(calls && { calls }), ...(socket && { socket }), uses: new Set(proxy.uses) }
}

/** @returns what is not as the row says. */
function differences(row: Row, { calls, socket, uses }: Awaited<ReturnType<typeof attempt>>): string[] {
  const wrong: string[] = []
  if ((calls === undefined) !== row.calls) wrong.push(`Calls: ${calls ?? 'they work'}`)
  if ((socket === undefined) !== row.socket) wrong.push(`Socket: ${socket ?? 'it works'}`)
  const reason = row.calls ? socket : calls
  if (row.reason && !row.reason.test(reason ?? '')) wrong.push(`The reason: ${reason}`)
  const isUsed = uses.has('CONNECT') || uses.has('absolute')
  if (row.proxy !== 'none' && row.calls !== isUsed) wrong.push(`The proxy was ${isUsed ? '' : 'not '}used.`)
  return wrong
}

/** @returns the line of the table, and below it what is not as the row says. */
async function tryRow(runtime: Runtime, row: Row): Promise<{ line: string; wrong: string[] }> {
  let wrong: string[]
  let uses: ReadonlySet<string> = new Set()
  try {
    const outcome = await attempt(runtime, row)
    uses = outcome.uses
    wrong = differences(row, outcome)
  } catch (error) {
    wrong = [String(error)]
  }
  const mark = (works: boolean): string => (works ? 'yes' : 'no').padEnd(3)
  const columns = [
    `${wrong.length > 0 ? '✘' : '✓'} ${runtime.name.split(' ')[0]} ${found.get(runtime.name)!.version}`.padEnd(14),
    row.recipe.padEnd(23),
    row.target.padEnd(18),
    `proxy ${row.proxy.padEnd(11)}`,
    [...uses].join('+').padEnd(16),
    `calls ${mark(row.calls)}`,
    `socket ${mark(row.socket)}`,
    [...Object.keys(row.variables ?? {}), ...(row.options ?? [])].join(' '),
  ]
  return { line: columns.join('  ').trimEnd(), wrong }
}

const trials = runtimes.flatMap((runtime) =>
  rows
    .filter((row) => row.runtimes.includes(runtime.name))
    .map((row) => ({ runtime, row, result: Promise.withResolvers<Awaited<ReturnType<typeof tryRow>>>() })),
)
const waiting = [...trials]
async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift())
    next.result.resolve(await tryRow(next.runtime, next.row))
}
const working = Promise.all([work(), work(), work()])
let failed = 0
for (const { result } of trials) {
  const { line, wrong } = await result.promise
  console.log(line)
  for (const text of wrong) console.error(`  ✘ ${text}`)
  if (wrong.length > 0) failed += 1
}
await working
console.log(`${trials.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
