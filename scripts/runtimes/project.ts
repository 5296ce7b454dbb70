/** A project that has the packages from their tarballs, as a user's would. */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { run } from './command.ts'
import type { Environment } from './smoke/checks.ts'
import type { UploadTarget } from './smoke/upload.ts'

export interface Project extends AsyncDisposable {
  directory: string
  /** Has the smoke program in an `index.html`, with the example in a frame. */
  page: string
  /** Has one that logs in. */
  loginPage: string
  /** Has one that sends files to folders. */
  uploadPage: string
}

/** Of a webserver and a user. */
export interface LoginSettings {
  endpoint: string
  username: string
  password: string
  image: string
  /** Prints `done`. */
  code: string
}

const startOfLogin = `import * as sdk from '@backend-ai-sdk/client'
import { TerminalAddon } from '@backend-ai-sdk/client/xterm'
import { login } from './smoke/login.ts'
await login(sdk, TerminalAddon)
`

const startOfUpload = `import * as sdk from '@backend-ai-sdk/client'
import { upload } from './smoke/upload.ts'
await upload(sdk)
`

const root = join(import.meta.dirname, '../..')
const start = `import * as sdk from '@backend-ai-sdk/client'
import { main } from './smoke/main.ts'
await main(sdk)
`

/** In pages with a library that works nowhere else. */
const startOfPage = start
  .replace('await main(sdk)', 'await main(sdk, fetchEventSource)')
  .replace(/^/, "import { fetchEventSource } from '@microsoft/fetch-event-source'\n")

/** Makes it with the smoke program as `start.ts`, and the examples. @throws Error for packages that are not built. */
export async function openProject(
  environment: Environment,
  settings: LoginSettings,
  targets: readonly UploadTarget[],
): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'runtimes-'))
  const dispose = (): Promise<void> => rm(directory, { recursive: true, force: true, maxRetries: 5 })
  try {
    await install(directory, ['@microsoft/fetch-event-source@2.0.1', '@xterm/xterm@6.0.0'])
    await cp(dirname(fileURLToPath(import.meta.resolve('./smoke/main.ts'))), join(directory, 'smoke'), {
      recursive: true,
    })
    await writeFile(join(directory, 'start.ts'), start)
    await writeFile(join(directory, 'start-page.ts'), startOfPage)
    await writeFile(join(directory, 'start-login.ts'), startOfLogin)
    await writeFile(join(directory, 'start-upload.ts'), startOfUpload)
    for (const name of ['node', 'deno', 'bun', 'browser', 'transfers'])
      await cp(join(root, 'examples', name, 'main.ts'), join(directory, 'examples', name, 'main.ts'))
    const page = await makePage(directory, environment)
    const loginPage = await makePageOf(directory, 'login', settings)
    const uploadPage = await makePageOf(directory, 'upload', targets, '<input type="file"><progress></progress>')
    return { directory, page, loginPage, uploadPage, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Packs our packages and installs them in a directory, with others. @throws Error for packages that are not built. */
export async function install(directory: string, others: readonly string[] = []): Promise<void> {
  const packages = (await readdir(join(root, 'packages'))).filter((name) => name !== 'emulator')
  const tarballs = join(directory, 'tarballs')
  for (const name of packages)
    await run(['pnpm', 'pack', '--pack-destination', tarballs], { cwd: join(root, 'packages', name), limit: 60_000 })
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const files = (await readdir(tarballs)).map((name) => join(tarballs, name))
  const options = ['--no-save', '--no-audit', '--no-fund']
  await run(['npm', 'install', ...options, ...files, ...others], { cwd: directory, limit: 300_000 })
}

async function makePageOf(directory: string, name: string, settings: unknown, body = ''): Promise<string> {
  const page = join(directory, name)
  await bundle(directory, `start-${name}.ts`, page)
  await writeFile(
    join(page, 'index.html'),
    `<!doctype html>
<script id="settings" type="application/json">${JSON.stringify(settings)}</script>
<body>${body}<script type="module" src="start-${name}.js"></script></body>
`,
  )
  return page
}

async function makePage(directory: string, environment: Environment): Promise<string> {
  const page = join(directory, 'page')
  const example = join(page, 'example')
  await bundle(directory, 'start-page.ts', page)
  await bundle(directory, 'examples/browser/main.ts', join(example, 'dist'))
  await cp(join(root, 'examples/browser/index.html'), join(example, 'index.html'))
  await writeFile(
    join(page, 'index.html'),
    `<!doctype html>
<script id="environment" type="application/json">${JSON.stringify(environment)}</script>
<iframe src="example/"></iframe>
<script type="module" src="start-page.js"></script>
`,
  )
  return page
}

async function bundle(directory: string, entry: string, target: string): Promise<void> {
  const options = ['--format', 'esm', '--platform', 'browser', '--target', 'es2022', '--out-dir', target]
  await run(['tsup', entry, ...options], { cwd: directory, limit: 60_000 })
}
