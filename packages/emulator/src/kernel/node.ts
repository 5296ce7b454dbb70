/** JavaScript kernels: a Node process that keeps its top-level names from run to run. */
import { join } from 'node:path'
import process from 'node:process'

import type { StartKernel } from './kernel.ts'
import { rewriteImports } from './node-imports.ts'
import { nodeRunner } from './node-runner.ts'
import { startProcessKernel } from './process-kernel.ts'
import { findProgram, type Availability } from './programs.ts'
import { jsonLines } from './runner.ts'

const probe = {
  names: ['node'],
  parameters: ['-p', 'process.execPath + "\\n" + process.versions.node'],
  oldest: [20, 12],
} as const

/** The Node that runs this, or one on the path where another runtime does. */
export const check = (path?: string): Promise<Availability> => {
  const { node, bun, deno } = process.versions as Record<string, string | undefined>
  if (!bun && !deno && node) return Promise.resolve({ available: true, version: node, path: process.execPath })
  return findProgram(probe, path)
}

// Code given by -e resolves what it imports from the working directory.
const bootstrap = 'require(process.argv[1]).start((name, options) => import(name, options))'

export const start: StartKernel = async (options) => {
  const node = await check(options.environment['PATH'])
  if (!node.available) throw new Error(node.reason)
  return startProcessKernel(
    {
      runner: {
        command: node.path,
        // An interrupt may end a callback of a timer, after which Node's own book-keeping would abort.
        parameters: (directory) => ['--no-force-async-hooks-checks', '-e', bootstrap, join(directory, 'runner.cjs')],
        stdin: 'ignore',
        repeatsInterrupt: true,
        completes: true,
        speak(child) {
          const send = jsonLines(child)
          return (command) =>
            send(command.type === 'run' ? { ...command, code: rewriteImports(command.code) } : command)
        },
      },
      files: { 'runner.cjs': nodeRunner },
      commands: { node: node.path },
      batch: { exec: { file: 'main.js', command: 'node main.js' } },
    },
    options,
  )
}
