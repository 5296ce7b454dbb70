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
import { openUploadClusters } from './runtimes/upload-clusters.ts'

interface Runtime {
  name: string
  /** Obtains it, and tells where it is and its version, in a line each. */
  find: readonly [string, ...string[]]
  /** Options before a program; browsers take none. */
  options?: readonly string[]
  /** Which examples it runs besides. Node 22 has no `await using`, a page brings its example along. */
  examples?: readonly string[]
}

const stepsOfExamples = 'step 0\nstep 1\nstep 2\n'

const ofNode = 'console.log(`${process.execPath}\\n${process.version}`)'

const runtimes: readonly Runtime[] = [
  { name: 'node', find: ['npx', '-y', '-p', 'node@22', 'node', '-e', ofNode], options: [] },
  {
    name: 'node',
    find: ['npx', '-y', '-p', 'node@24', 'node', '-e', ofNode],
    options: [],
    examples: ['node', 'transfers'],
  },
  {
    name: 'deno',
    find: ['npx', '-y', 'deno@2.9.6', 'eval', 'console.log(`${Deno.execPath()}\\n${Deno.version.deno}`)'],
    options: ['run', '--allow-env', '--allow-net'],
    examples: ['deno'],
  },
  {
    name: 'bun',
    find: ['npx', '-y', 'bun@1.4.5', '-e', 'console.log(`${process.execPath}\\n${Bun.version}`)'],
    options: [],
    examples: ['bun'],
  },
  { name: 'chromium', find: ['sh', '-c', 'command -v chromium && chromium --version'] },
]

/** What was obtained is then run as it is: no further call of npx asks the registry. */
async function find({ find: command }: Runtime): Promise<{ program: string; version: string }> {
  for (let tries = 1; ; tries++) {
    try {
      const lines = (await run(command, { limit: 300_000 })).trim().split('\n')
      return { program: lines[0]!, version: /\d+(\.\d+)+/.exec(lines.at(-1)!)![0] }
    } catch (error) {
      // A download may break off.
      if (tries === 3) throw error
    }
  }
}

async function smoke(
  { name, options, examples = [] }: Runtime,
  program: string,
  project: Project,
  environment: Environment,
): Promise<Check[]> {
  // For whatever hangs; of a busy machine with cold caches nothing is expected.
  const limit = 300_000
  if (!options)
    return [
      ...(JSON.parse(await openPage(program, project.page, limit)) as Check[]),
      ...(JSON.parse(await openPage(program, project.loginPage, limit)) as Check[]),
      ...(JSON.parse(await openPage(program, project.uploadPage, limit, uploading.actions)) as Check[]),
    ]
  const command = [program, ...options] as const
  const settings = { cwd: project.directory, env: environment, limit }
  const checks = JSON.parse(await run([...command, 'start.ts'], settings)) as Check[]
  for (const example of environment.SMOKE_IMAGE === 'python' ? examples : []) {
    const isTransfers = example === 'transfers'
    const args = isTransfers ? ['smoke'] : []
    const output = await run([...command, `examples/${example}/main.ts`, ...args], settings)
    const isExpected = isTransfers ? /^results\/sizes\.txt: \d{3} bytes\n$/.test(output) : output === stepsOfExamples
    checks.push({ name: `example ${example}`, ...(!isExpected && { error: `It prints: ${output}` }) })
  }
  if (name === 'node') {
    const args = [
      'run',
      '--rm',
      '-q',
      '-c',
      environment.SMOKE_IMAGE === 'python' ? 'print(6 * 7)' : 'console.log(6 * 7)',
    ]
    const bin = join(project.directory, 'node_modules/.bin/backend.ai')
    const output = await run([...command, bin, ...args, environment.SMOKE_IMAGE], settings)
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
await using uploading = await openUploadClusters()
await using project = await openProject(
  environment,
  {
    endpoint: cluster.webserverUrl,
    username: email,
    password,
    image: environment.SMOKE_IMAGE,
    code: isPython ? "print('done')" : "console.log('done')",
  },
  uploading.targets,
)

let passed = 0
let failed = 0
for (const runtime of runtimes) {
  let version = '(not obtained)'
  let checks: Check[]
  try {
    const found = await find(runtime)
    version = found.version
    checks = await smoke(runtime, found.program, project, environment)
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
