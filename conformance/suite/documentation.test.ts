/** The examples of the public docstrings, run as they stand. */
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

import * as sdk from '@backend-ai-sdk/client'
import * as node from '@backend-ai-sdk/client/node'
import { TerminalAddon, type Xterm } from '@backend-ai-sdk/client/xterm'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'

import { clientOf } from '../targets.ts'
import { beat, onEachTarget, sharedSession, uniqueName } from './harness.ts'

const packages = join(import.meta.dirname, '../../packages')

interface Example {
  /** `client/src/run.ts:66`. */
  place: string
  code: string
}

function examplesOf(file: string): Example[] {
  const text = readFileSync(join(packages, file), 'utf8')
  return [...text.matchAll(/\/\*\*[^]*?\*\//g)].flatMap(({ 0: comment, index }) =>
    [...comment.matchAll(/@example([^]*?)(?=\n\s*\* @|\*\/)/g)].map((found) => ({
      place: `${file}:${text.slice(0, index + found.index).split('\n').length}`,
      code: found[1]!.replaceAll(/^\s*\* ?/gm, '').trim(),
    })),
  )
}

const examples = globSync('{core,streaming,client}/src/{*,node/*}.ts', { cwd: packages })
  .filter((file) => !file.endsWith('.test.ts'))
  .toSorted()
  .flatMap(examplesOf)

/** One of xterm.js, as far as an addon uses it. */
const ignored = () => ({ dispose() {} })
const xterm = {
  rows: 24,
  cols: 80,
  write() {},
  onData: ignored,
  onBinary: ignored,
  onResize: ignored,
  loadAddon: (addon: TerminalAddon) => addon.activate(xterm),
} satisfies Xterm & { loadAddon: unknown }

type Scope = Record<string, unknown>
const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => (scope: Scope) => Promise<void>

/** An example may use whatever the package exports, and what its reader would have at hand. */
async function run({ code }: Example, scope: Scope): Promise<void> {
  const source = stripTypeScriptTypes(`async () => {\n${code}\n}`)
  await new AsyncFunction('scope', `with (scope) await (${source})()`)(scope)
}

onEachTarget('examples of the documentation', (target) => {
  const client = clientOf(target)
  const session = sharedSession(target, client)
  const { accessKey, secretKey } = target.keys.user!
  const shared: { folder?: sdk.VFolder } = {}

  /** For examples that need one. */
  async function sharedFolder(): Promise<sdk.VFolder> {
    return (shared.folder ??= await client.vfolders.create({ name: uniqueName('examples') }))
  }

  afterAll(async () => {
    await shared.folder?.deleteForever()
  })

  beforeEach(() => {
    vi.stubEnv('BACKEND_ENDPOINT', target.endpoint)
    vi.stubEnv('BACKEND_ENDPOINT_TYPE', target.logins ? 'session' : 'api')
    vi.stubEnv('BACKEND_ACCESS_KEY', accessKey)
    vi.stubEnv('BACKEND_SECRET_KEY', secretKey)
    vi.spyOn(console, 'log').mockReturnValue()
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  test.for(examples.map((example) => [example.place, example] as const))('%s', async ([_place, example], context) => {
    // What stands in for ttyd there only says again what it is told.
    context.skip(
      (target.lacks ?? []).includes('ttyd') && example.code.includes('session.terminal('),
      'ttyd is no shell there',
    )
    const code = `import time\nfor i in range(3):\n  print(i, flush=True); time.sleep(${2 * beat})`
    const folder = /\bfolder\b/.test(example.code) ? await sharedFolder() : undefined
    const given = { client, folder, session: await session(), code, accessKey, secretKey, process, console, xterm }
    const scope = { ...sdk, ...node, TerminalAddon, ...given }
    const outcome = await run(example, scope).catch((error: unknown) => error)
    context.skip(outcome instanceof sdk.UnsupportedError, 'this release cannot do it')
    expect(outcome).toBeUndefined()
  })
})
