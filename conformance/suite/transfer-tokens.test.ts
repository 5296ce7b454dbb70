/** Tokens of the storage proxy that expire while a file is on its way. */
import { randomBytes } from 'node:crypto'

import type { VFolder } from '@backend-ai-sdk/client'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'

import { clientOf } from '../targets.ts'
import { expiringTokens } from './expiring-tokens.ts'
import { onEachTarget, rejection, uniqueName } from './harness.ts'

const megabyte = 1024 * 1024
const bytes = new Uint8Array(randomBytes(4 * megabyte))

onEachTarget('tokens of transfers', (target) => {
  const client = clientOf(target)
  let folder: VFolder

  beforeAll(async () => {
    folder = await client.vfolders.create({ name: uniqueName('conf-token') })
  }, 60_000)
  afterAll(async () => {
    await folder.deleteForever().catch(() => undefined)
  }, 60_000)

  type Life = Parameters<typeof expiringTokens>[2]
  async function withTokens(context: TestContext, life: Life) {
    const { storageSecret } = target
    if (storageSecret === undefined) return context.skip('the secret of the storage proxy is not known')
    const tokens = expiringTokens(target, storageSecret, life)
    const short = await clientOf(target, 'user', { fetch: tokens.fetch }).vfolders.get(folder.id)
    return { tokens, short }
  }

  test('an upload whose token expires in the middle is begun anew', async (context) => {
    const { tokens, short } = await withTokens(context, { requests: 2, tokens: 1 })
    const sent: number[] = []
    const onProgress = (progress: { sent: number }) => void sent.push(progress.sent)
    await short.upload('refused', bytes, { partSize: megabyte, onProgress })
    expect(tokens.refusals).toEqual(['PATCH 400'])
    expect(tokens.count).toBe(2)
    expect(sent.at(-1)).toBe(bytes.byteLength)
    expect(Buffer.compare(await (await folder.download('refused')).bytes(), bytes)).toBe(0)
  })

  test('a token that expires while the line is lost', async (context) => {
    const { tokens, short } = await withTokens(context, { requests: 2, tokens: 1, lost: { after: 0 } })
    await short.upload('lost', bytes, { partSize: megabyte })
    // Which has no body that could say why.
    expect(tokens.refusals).toEqual(['HEAD 400'])
    expect(Buffer.compare(await (await folder.download('lost')).bytes(), bytes)).toBe(0)
  })

  test('tokens that all expire end the upload, and leave what was there', async (context) => {
    await folder.upload('kept', 'before')
    const { tokens, short } = await withTokens(context, { requests: 2 })
    const error = await rejection(short.upload('kept', bytes, { partSize: megabyte }))
    expect(error).toMatchObject({ code: 'ERR_UPLOAD', reason: 'expired', path: 'kept', expected: bytes.byteLength })
    expect(error).toHaveProperty('cause.status', 400)
    expect(tokens.refusals).toEqual(Array.from({ length: 4 }, () => 'PATCH 400'))
    expect(await (await folder.download('kept')).text()).toBe('before')
  })

  test('a download that breaks off after its token expired goes on with another', async (context) => {
    await folder.upload('fetched', bytes)
    const { tokens, short } = await withTokens(context, { requests: 1, tokens: 1, lost: { after: megabyte } })
    expect(Buffer.compare(await (await short.download('fetched')).bytes(), bytes)).toBe(0)
    expect(tokens.refusals).toEqual(['GET 400'])
    expect(tokens.count).toBe(2)
  })

  test('tokens of downloads that all expire end the download', async (context) => {
    await folder.upload('unfetched', 'text')
    const { tokens, short } = await withTokens(context, { requests: 0 })
    expect(await rejection(short.download('unfetched'))).toMatchObject({ code: 'ERR_DOWNLOAD', reason: 'expired' })
    expect(tokens.refusals).toEqual(Array.from({ length: 4 }, () => 'GET 400'))
  })
})
