/**
 * Runs the conformance suite: `pnpm conformance [--target NAME]... [--quick] [-t test name] [test files]`.
 *
 * A real cluster that does not answer yet is started by its recipe and stopped afterwards.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { realEndpoints, targetNames, type TargetName } from './targets.ts'

const { values, positionals } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: ['emulator'] },
    /** Without the tests that take long by their nature. */
    quick: { type: 'boolean', default: false },
    /** Leaves a real cluster running that was started for the run. */
    keep: { type: 'boolean', default: false },
    /** Only tests whose names match. */
    testNamePattern: { type: 'string', short: 't' },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowPositionals: true,
})

if (values.help) {
  console.log(`pnpm conformance [--target ${targetNames.join('|')}]... [--quick] [--keep] [-t test name] [test files]`)
  process.exit(0)
}
const unknown = values.target.filter((name) => !(targetNames as readonly string[]).includes(name))
if (unknown.length > 0) {
  console.error(`Unknown target ${unknown.join(', ')}; there are ${targetNames.join(', ')}.`)
  process.exit(2)
}

const recipes = {
  'real-26.9': '26.9',
  'real-23.09': '23.9',
  'real-26.9-session': '26.9',
  'real-23.09-session': '23.9',
} as const
const root = join(import.meta.dirname, '..')

async function isUp(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    (response) => response.ok,
    () => false,
  )
}

/** @returns what stops it again, if it was started here. */
async function startRealCluster(name: keyof typeof recipes): Promise<() => void> {
  if (await isUp(realEndpoints[name])) return () => {}
  const recipe = join(import.meta.dirname, 'real-cluster', recipes[name])
  // Sessions have a /tmp and a /home/work of their own, so the state must be elsewhere.
  const state = process.env['REAL_CLUSTER_STATE'] ?? join(root, '.real-cluster')
  const env = { ...process.env, REAL_CLUSTER_DIR: join(state, recipes[name]) }
  const up = spawnSync('bash', [join(recipe, 'up')], { stdio: ['ignore', 'inherit', 'inherit'], env })
  if (up.status !== 0) throw new Error(`The real cluster ${recipes[name]} did not start (exit code ${up.status}).`)
  if (values.keep) return () => {}
  return () => void spawnSync('bash', [join(recipe, 'down')], { stdio: 'inherit', env })
}

/** By a signal: no further target is tried, and what was started is stopped. */
let wasStopped = false

function runSuite(target: TargetName): Promise<number> {
  const env = {
    ...process.env,
    CONFORMANCE_TARGET: target,
    ...(!values.quick && { CONFORMANCE_THOROUGH: '1' }),
  }
  // The keys of a real cluster have limits that files side by side would meet. Its managers also stall for seconds on a
  // busy machine, and nothing tells such a stall from what some tests wait for: they may try again, which is told.
  const workers = target.startsWith('emulator') ? [] : ['--maxWorkers', '1', '--retry', '1']
  const named = values.testNamePattern === undefined ? [] : ['-t', values.testNamePattern]
  const suite = spawn(
    'vitest',
    ['run', '--project', 'conformance', '--testTimeout', '120000', ...workers, ...named, ...positionals],
    {
      stdio: 'inherit',
      env,
      cwd: root,
    },
  )
  const stop = (signal: NodeJS.Signals): void => {
    wasStopped = true
    suite.kill(signal)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return new Promise((resolve) =>
    suite.on('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve(code ?? 1)
    }),
  )
}

for (const target of values.target as TargetName[]) {
  console.log(`\n== conformance: ${target}`)
  const stop = target in recipes ? await startRealCluster(target as keyof typeof recipes) : () => {}
  try {
    if ((await runSuite(target)) !== 0) process.exitCode = 1
  } finally {
    stop()
  }
  if (wasStopped) break
}
