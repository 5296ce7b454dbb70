/**
 * Does the steps of one scenario with our client, in a session that exists; see official.py for the other side.
 *
 * usage: ours.ts socket|polling SESSION_ID < steps.json       (BACKEND_* in the environment)
 */
import { json } from 'node:stream/consumers'

import { createClient, fromEnv, type ComputeSession } from '@backend-ai-sdk/client'

import type { Step } from './scenarios.ts'

const [way, id = ''] = process.argv.slice(2)

async function perform(session: ComputeSession, step: Step): Promise<object> {
  if ('run' in step)
    return session.run(step.run, { resumable: way === 'polling', ...(step.input && { input: step.input }) }).result()
  await session.upload(Object.entries(step.upload).map(([path, data]) => ({ path, data })))
  return {}
}

const steps = (await json(process.stdin)) as Step[]
const session = await createClient(fromEnv()).sessions.get(id)
for (const step of steps) {
  const start = performance.now()
  const result = await perform(session, step).catch((error: Error) => ({ error: `${error.name}: ${error.message}` }))
  console.log(JSON.stringify({ ...result, seconds: (performance.now() - start) / 1000 }))
}
