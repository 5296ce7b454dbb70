/** Goals 15 and 16: the built command, cold, beside programs that do the least. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { account } from './account.ts'
import type { Group } from './group.ts'
import { start } from './process.ts'
import type { Variant } from './round-robin.ts'

const command = join(import.meta.dirname, '../packages/cli/dist/bin.js')

/** A process from its start to its end, in milliseconds. */
const run =
  (args: readonly string[], env: NodeJS.ProcessEnv): Variant =>
  async () => {
    const begun = performance.now()
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}.`)
    return { calls: 1, time: performance.now() - begun }
  }

export const startUp: Group = {
  plan: { rounds: 15, turns: 1 },
  comparisons: [
    {
      goal: 15,
      title: '`backend.ai --version` ÷ an empty program',
      of: 'version',
      to: 'empty',
      limit: 1.6,
      stretch: 1.4,
    },
    { goal: 15, title: '`backend.ai --help` ÷ an empty program', of: 'help', to: 'empty', limit: 1.6, stretch: 1.4 },
    { goal: 16, title: '`backend.ai ps` ÷ a program with one fetch', of: 'ps', to: 'fetch', limit: 1.35, stretch: 1.2 },
  ],
  obstacle: () =>
    existsSync(command)
      ? undefined
      : 'Goals 15 and 16 start the built command, and it is not built: `pnpm build` first, or others with --only.',
  async open() {
    const server = await start<{ url: string }>(import.meta.resolve('./server.ts'))
    const { url } = server.message
    const directory = await mkdtemp(join(tmpdir(), 'bench-'))
    const [empty, fetching] = [join(directory, 'empty.mjs'), join(directory, 'fetching.mjs')]
    await writeFile(empty, '')
    await writeFile(fetching, `await (await fetch('${url}/admin/gql')).json()`)
    const { NODE_OPTIONS: _, ...inherited } = process.env
    const env = {
      ...inherited,
      BACKEND_ENDPOINT: url,
      BACKEND_ACCESS_KEY: account.accessKey,
      BACKEND_SECRET_KEY: account.secretKey,
    }
    return {
      variants: {
        empty: run([empty], env),
        version: run([command, '--version'], env),
        help: run([command, '--help'], env),
        fetch: run([fetching], env),
        ps: run([command, 'ps'], env),
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await rm(directory, { recursive: true })
      },
    }
  },
}
