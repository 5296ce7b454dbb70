/**
 * Real code in a compute session of a local cluster: streamed output, an input that is answered, a batch run.
 *
 * Run it with `npx -y pnpm@12 demo`. It talks to a real cluster instead where BACKEND_ENDPOINT is set.
 */
import { styleText } from 'node:util'

import { createClient, fromEnv, keypair, type ClientOptions, type RunItem } from '@backend-ai-sdk/client'
import { checkLanguage } from '@backend-ai-sdk/emulator/node'

import { programs } from './programs.ts'

const isRemote = process.env['BACKEND_ENDPOINT'] !== undefined

async function openCluster(): Promise<ClientOptions & AsyncDisposable> {
  if (isRemote) return { ...fromEnv(), async [Symbol.asyncDispose]() {} }
  const { serve } = await import('@backend-ai-sdk/emulator/node')
  const cluster = await serve()
  const user = cluster.emulator.users.find(({ role }) => role === 'user')!
  say(`A local cluster listens at ${cluster.url}.`)
  return { endpoint: cluster.url, auth: keypair(user), [Symbol.asyncDispose]: () => cluster.close() }
}

const say = (text: string): void => console.log(`\n${styleText('cyan', `› ${text}`)}`)

function show(item: RunItem): void {
  if (item.type === 'stdout') process.stdout.write(item.text)
  else if (item.type === 'stderr') process.stderr.write(item.text)
  else if (item.type === 'input') {
    process.stdout.write('Ada\n')
    item.reply('Ada')
  } else if ('exitCode' in item) console.log(`  [${item.type}, exit code ${item.exitCode}]`)
}

await using cluster = await openCluster()
const { [Symbol.asyncDispose]: _, ...options } = cluster
const client = createClient(options)
const { image, counting, asking, batch } =
  programs[isRemote || (await checkLanguage('python')).available ? 'python' : 'node']

say(`Release ${(await client.server()).release}. Creating a session of the image '${image}' …`)
const session = await client.sessions.create(
  { image, slots: { cpu: 1, mem: '512m' } },
  { onProgress: ({ status, elapsed }) => console.log(`  ${status} after ${elapsed} ms`) },
)
console.log(`  ${session.name} (${session.id})`)

say('Output comes while the code runs:')
for await (const item of session.run(counting)) show(item)

say('The code asks, and is answered:')
for await (const item of session.run(asking)) show(item)

say('A batch run of clean, build and exec:')
await session.upload([{ path: batch.file, data: batch.code }])
for await (const item of session.run(batch.commands)) show(item)

say('Destroying the session …')
await session.destroy()
console.log(`  ${session.status}`)
