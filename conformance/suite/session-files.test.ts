/** Files of running sessions. */
import { APIError, ConfigError, InvalidRequestError, NotFoundError, UnsupportedError } from '@backend-ai-sdk/client'
import { describe, expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { onEachTarget, rejection, sharedSession } from './harness.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** With what file systems allow and forms make something else of. */
const oddNames = [
  'quo"te.txt',
  "ap'os.txt",
  'new\nline.txt',
  'back\\slash',
  'per%cent',
  'a%2Fb',
  'semi;colon',
  'tab\there',
  'a?b#c',
  '한글 "인용"\\.txt',
]

onEachTarget('session files', (target) => {
  const client = clientOf(target)
  const shared = sharedSession(target, client)

  test('what is uploaded is there, byte by byte, in folders that are made', async () => {
    const session = await shared()
    const data = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256)
    await session.upload([
      { path: 'up/deep/bytes.bin', data },
      { path: 'up/empty', data: '' },
    ])
    expect(await session.downloadFile('up/deep/bytes.bin')).toEqual(data)
    expect(await session.downloadFile('up/empty')).toEqual(new Uint8Array())
    await session.upload([{ path: 'up/empty', data: 'replaced' }])
    expect(text(await session.downloadFile('up/empty'))).toBe('replaced')
    const code = 'import hashlib; print(hashlib.sha256(open("up/deep/bytes.bin","rb").read()).hexdigest())'
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
    expect(await session.run(code).text()).toBe(
      `${Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join('')}\n`,
    )
  })

  test('names stay what they are', async () => {
    const session = await shared()
    await session.upload(oddNames.map((name) => ({ path: `odd/${name}`, data: name })))
    const code = 'import json, os; print(json.dumps(sorted(os.listdir("odd"))))'
    expect(JSON.parse(await session.run(code).text())).toEqual(oddNames.toSorted())
    const downloads = await session.download(oddNames.map((name) => `odd/${name}`))
    expect(downloads.map(({ entries }) => [entries[0]!.name, text(entries[0]!.data)])).toEqual(
      oddNames.map((name) => [name, name]),
    )
  })

  test('folders, links, modes and names of any length come back', async () => {
    const session = await shared()
    await session
      .run(
        `import os
long = "tree/" + "x" * 120 + "/" + "y" * 120
os.makedirs(long); os.makedirs("tree/nothing")
open(long + "/deep.txt", "w").write("deep")
open("tree/run.sh", "w").write("echo"); os.chmod("tree/run.sh", 0o755)
os.symlink("run.sh", "tree/link"); os.symlink("/etc/passwd", "tree/out")
os.utime("tree/run.sh", (1600000000, 1600000000))`,
      )
      .result()
    const [tree] = await session.download(['tree'])
    const found = Object.fromEntries(tree!.entries.map((entry) => [entry.name, entry]))
    const long = `tree/${'x'.repeat(120)}/${'y'.repeat(120)}`
    expect(Object.keys(found).toSorted()).toEqual(
      [
        `tree`,
        `tree/nothing`,
        long.slice(0, 125),
        long,
        `${long}/deep.txt`,
        'tree/run.sh',
        'tree/link',
        'tree/out',
      ].toSorted(),
    )
    expect(text(found[`${long}/deep.txt`]!.data)).toBe('deep')
    expect(found['tree/run.sh']).toMatchObject({ type: 'file', mode: '755', modified: new Date(1_600_000_000_000) })
    expect(found['tree/link']).toMatchObject({ type: 'symlink', target: 'run.sh' })
    expect(found['tree/out']).toMatchObject({ type: 'symlink', target: '/etc/passwd' })
    expect(found['tree/nothing']).toMatchObject({ type: 'directory' })
  })

  test('what is not there, too large, or outside', async () => {
    const session = await shared()
    await session.run('open("large", "wb").write(bytes(1024 * 1024 + 1))').result()
    for (const path of ['nothing', 'large']) expect(await rejection(session.download([path]))).toBeInstanceOf(APIError)
    expect(await rejection(session.downloadFile('nothing'))).toBeInstanceOf(APIError)
    const outcome = await session.downloadFile('large').catch((error: unknown) => error)
    // The agent of the recipe of 26.9 hands out all of it.
    expect(outcome instanceof APIError || (outcome as Uint8Array).length === 1024 * 1024 + 1).toBe(true)
    const large = { path: 'large', data: new Uint8Array(1024 * 1024) }
    expect(await rejection(session.upload([large]))).toBeInstanceOf(ConfigError)
    expect(await rejection(session.upload([{ path: '../up', data: '' }]))).toBeInstanceOf(ConfigError)
    expect(await rejection(session.download(['../../etc/passwd']))).toBeInstanceOf(ConfigError)
    // The largest that goes through.
    const most = new Uint8Array(1024 * 1024 - 1).fill(1)
    await session.upload([{ path: 'most', data: most }])
    expect(await session.run('import os; print(os.path.getsize("most"))').text()).toBe(`${most.length}\n`)
  })

  describe('a folder', () => {
    test('is listed', async (context) => {
      const session = await shared()
      await session
        .run('import os; os.makedirs("list/한글"); open("list/a b", "w").write("one"); os.chmod("list/a b", 0o640)')
        .result()
      const listing = await session.listFiles('list').catch((error: unknown) => error)
      // Up to 26.2 not over a `fetch` of one's own.
      const isLacking = target.fetch !== undefined && !(await client.supports('session-list-query'))
      expect(listing instanceof UnsupportedError).toBe(isLacking)
      context.skip(isLacking, 'no fetch sends a body with GET')
      expect(listing).toMatchObject([
        { name: 'a b', type: 'file', size: 3, mode: '640' },
        { name: '한글', type: 'directory' },
      ])
      const [entry] = listing as { modified: Date }[]
      expect(Math.abs(Date.now() - entry!.modified.getTime())).toBeLessThan(15 * 60 * 1000)
      expect((await session.listFiles()).map(({ name }) => name)).toContain('list')
      expect(await rejection(session.listFiles('nothing'))).toBeInstanceOf(NotFoundError)
      expect(await rejection(session.listFiles('list/a b'))).toBeInstanceOf(InvalidRequestError)
    })
  })
})
