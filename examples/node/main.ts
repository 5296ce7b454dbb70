// node --env-file=.env main.ts
import { createClient, fromEnv } from '@backend-ai-sdk/client'

const client = createClient(fromEnv())
// Since Node 24. On Node 22: `const session = …`, and `await session.destroy()` at the end.
await using session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '512m' } })

for await (const item of session.run('for step in range(3): print("step", step)')) {
  if (item.type === 'stdout') process.stdout.write(item.text)
  else if (item.type === 'finished') process.exitCode = item.exitCode
}
