// bun main.ts, which reads `.env` by itself
import { createClient, fromEnv } from '@backend-ai-sdk/client'

const client = createClient(fromEnv())
await using session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '512m' } })

for await (const item of session.run('for step in range(3): print("step", step)')) {
  if (item.type === 'stdout') process.stdout.write(item.text)
}
