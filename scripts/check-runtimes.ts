/**
 * Runs the built packages on every runtime against a local cluster: `pnpm build` first.
 *
 * The runtimes come from the npm registry, except for `chromium`, which must be on the path.
 */
import { join } from 'node:path'

import { checkLanguage, serve } from '../packages/emulator/src/node.ts'
import { run } from './runtimes/command.ts'
import { openPage } from './runtimes/page.ts'
import { openProject, type Project } from './runtimes/project.ts'
import type { Check, Environment } from './runtimes/smoke/checks.ts'

interface Runtime {
  name: string
  command: readonly [string, ...string[]]
  /** Options before a program; browsers take none. */
  options?: readonly string[]
  /** Which example it runs besides. Node 22 has no `await using`, a page brings its example along. */
  example?: string
}

const runtimes: readonly Runtime[] = [
  { name: 'node', command: ['npx', '-y', '-p', 'node@22', 'node'], options: [] },
  { name: 'node', command: ['npx', '-y', '-p', 'node@24', 'node'], options: [], example: 'node' },
  {
    name: 'deno',
    command: ['npx', '-y', 'deno@2.9.6'],
    options: ['run', '--allow-env', '--allow-net'],
    example: 'deno',
  },
  { name: 'bun', command: ['npx', '-y', 'bun@1.4.5'], options: [], example: 'bun' },
  { name: 'chromium', command: ['chromium'] },
]

async function versionOf({ command }: Runtime): Promise<string> {
  const text = await run([...command, '--version'], { limit: 300_000 })
  return /\d+(\.\d+)+/.exec(text)![0]
}

async function smoke(runtime: Runtime, project: Project, environment: Environment): Promise<Check[]> {
  const limit = 120_000
  const { command, options, example } = runtime
  if (!options)
    return [
      ...(JSON.parse(await openPage(command[0], project.page, limit)) as Check[]),
      ...(JSON.parse(await openPage(command[0], project.loginPage, limit)) as Check[]),
    ]
  const settings = { cwd: project.directory, env: environment, limit }
  const checks = JSON.parse(await run([...command, ...options, 'start.ts'], settings)) as Check[]
  if (example && environment.SMOKE_IMAGE === 'python') {
    const output = await run([...command, ...options, `examples/${example}/main.ts`], settings)
    checks.push({ name: 'example', ...(output !== 'step 0\nstep 1\nstep 2\n' && { error: `It prints: ${output}` }) })
  }
  if (runtime.name === 'node') {
    const args = [
      'run',
      '--rm',
      '-q',
      '-c',
      environment.SMOKE_IMAGE === 'python' ? 'print(6 * 7)' : 'console.log(6 * 7)',
    ]
    const program = join(project.directory, 'node_modules/.bin/backend.ai')
    const output = await run([...command, program, ...args, environment.SMOKE_IMAGE], settings)
    checks.push({ name: 'command', ...(output !== '42\n' && { error: `It prints: ${output}` }) })
  }
  return checks
}

await using cluster = await serve()
const { accessKey, secretKey, email, password } = cluster.emulator.users.find(({ role }) => role === 'user')!
const closed = await serve()
await closed.close()
const environment: Environment = {
  BACKEND_ENDPOINT: cluster.url,
  BACKEND_ACCESS_KEY: accessKey,
  BACKEND_SECRET_KEY: secretKey,
  SMOKE_IMAGE: (await checkLanguage('python')).available ? 'python' : 'node',
  SMOKE_CLOSED_ENDPOINT: closed.url,
}
const isPython = environment.SMOKE_IMAGE === 'python'
await using project = await openProject(environment, {
  endpoint: cluster.webserverUrl,
  username: email,
  password,
  image: environment.SMOKE_IMAGE,
  code: isPython ? "print('done')" : "console.log('done')",
})

let passed = 0
let failed = 0
for (const runtime of runtimes) {
  let version = '(not obtained)'
  let checks: Check[]
  try {
    version = await versionOf(runtime)
    checks = await smoke(runtime, project, environment)
  } catch (error) {
    checks = [{ name: 'run', error: String(error) }]
  }
  const failures = checks.filter(({ error }) => error !== undefined)
  const successes = checks.length - failures.length
  console.log(`${runtime.name} ${version}  ${successes} passed, ${failures.length} failed`)
  for (const { name, error } of failures) console.error(`  ✘ ${name}: ${error}`)
  passed += successes
  failed += failures.length
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
