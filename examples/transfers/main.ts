// node --env-file=.env main.ts DIRECTORY: its files go to a folder, are looked at in a session, and the results come back.
import { createClient, fromEnv } from '@backend-ai-sdk/client'
import { downloadDirectory, startUploadPath } from '@backend-ai-sdk/client/node'

const [directory = '.'] = process.argv.slice(2)
const client = createClient(fromEnv())
const folder = await client.vfolders.create({ name: `transfers-${Date.now()}` })

const upload = await startUploadPath(folder, directory, { to: 'data' })
for await (const { sent, total, filesDone, filesTotal } of upload)
  process.stderr.write(`\r${filesDone} of ${filesTotal} files, ${total && Math.floor((100 * sent) / total)} %`)
process.stderr.write('\n')

const slots = { cpu: 1, mem: '512m' }
await using session = await client.sessions.create({ image: 'python', slots, mounts: [folder.name] })
const code = `
import os
os.chdir('${folder.name}')
os.makedirs('results')
with open('results/sizes.txt', 'w') as sizes:
    for path, _, names in sorted(os.walk('data')):
        for name in sorted(names):
            file = os.path.join(path, name)
            print(file, os.path.getsize(file), file=sizes)
`
await session.run(code, { check: true }).result()
for (const { localPath, size } of await downloadDirectory(folder, 'results', 'results'))
  console.log(`${localPath}: ${size} bytes`)

// A folder can be deleted when no session has it mounted any more.
await session.destroy()
await session.waitFor('TERMINATED')
await folder.deleteForever()
