/** The examples of the public docstrings, run as they stand. */
import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as sdk from '@backend-ai-sdk/client'
import * as node from '@backend-ai-sdk/client/node'
import { TerminalAddon, type Xterm } from '@backend-ai-sdk/client/xterm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'

import { clientOf, platformOf } from '../targets.ts'
import { beat, onEachTarget, sharedSession, uniqueName } from './harness.ts'

const packages = join(import.meta.dirname, '../../packages')

interface Example {
  /** `client/src/run/run.ts:66`. */
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

const examples = globSync('{core,auth,streaming,client}/src/{*,node/*}.ts', { cwd: packages })
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
    if (shared.folder) return shared.folder
    const folder = (shared.folder = await client.vfolders.create({ name: uniqueName('examples') }))
    for (const name of ['train.txt', 'model/weights.bin']) await folder.upload(name, 'some text')
    return folder
  }

  // Where a reader's working directory is; that of a test cannot be changed.
  let directory: string
  const local = {
    uploadPath: (folder: sdk.VFolder, path: string, options?: node.UploadPathOptions) =>
      node.uploadPath(folder, join(directory, path), options),
    downloadDirectory: (folder: sdk.VFolder, path: string, localPath: string, options?: node.DownloadToOptions) =>
      node.downloadDirectory(folder, path, join(directory, localPath), options),
    downloadTo: (folder: sdk.VFolder, path: string, localPath: string, options?: node.DownloadToOptions) =>
      node.downloadTo(folder, path, join(directory, localPath), options),
    // There is a database in pages only.
    indexedDBStore: sdk.memoryStore,
  }
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'examples-'))
    await mkdir(join(directory, 'data'))
    for (const name of ['train.parquet', 'data/a.csv']) await writeFile(join(directory, name), 'some text')
  })
  afterAll(async () => {
    await rm(directory, { recursive: true })
    await shared.folder?.deleteForever()
  })

  beforeEach(() => {
    vi.stubEnv('XDG_STATE_HOME', directory)
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
    context.skip(
      (target.lacks ?? []).includes('tunnel-end') && example.code.includes('of tunnel.readable'),
      'the end of a connection is not told there',
    )
    context.skip(!target.logins && example.code.includes('auth.login('), 'a manager takes no logins')
    const code = `import time\nfor i in range(3):\n  print(i, flush=True); time.sleep(${2 * beat})`
    const folder = /\bfolder\b/.test(example.code) ? await sharedFolder() : undefined
    const file = new File(['some text'], 'train.csv')
    const given = {
      client,
      folder,
      file,
      session: await session(),
      code,
      accessKey,
      secretKey,
      process,
      console,
      xterm,
    }
    // Of the target, whatever the example's address is.
    const createClient = (options: sdk.ClientOptions) =>
      sdk.createClient({ ...platformOf(target), ...options, endpoint: target.endpoint })
    const scope = { ...sdk, ...node, ...local, TerminalAddon, ...given, ...target.logins?.user, createClient }
    const outcome = await run(example, scope).catch((error: unknown) => error)
    context.skip(outcome instanceof sdk.UnsupportedError, 'this release cannot do it')
    expect(outcome).toBeUndefined()
  })
})
