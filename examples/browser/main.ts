// The keys are typed into the page's form, and are kept nowhere.
import { createClient, keypair } from '@backend-ai-sdk/client'

const form = document.querySelector('form')!
const output = document.querySelector('pre')!

async function run(endpoint: string, accessKey: string, secretKey: string): Promise<void> {
  const client = createClient({ endpoint, auth: keypair({ accessKey, secretKey }) })
  await using session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '512m' } })
  for await (const item of session.run('for step in range(3): print("step", step)'))
    if (item.type === 'stdout') output.append(item.text)
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const { endpoint, accessKey, secretKey } = Object.fromEntries(new FormData(form)) as Record<string, string>
  run(endpoint!, accessKey!, secretKey!).catch((error) => output.append(String(error)))
})
