import { expect, test } from 'vitest'

import { connectionPair, join, writeAll } from './connection.ts'

const chunk = (size: number, value = 0): Uint8Array => new Uint8Array(size).fill(value)

test('bytes arrive in order, and the end behind them', async () => {
  const [left, right] = connectionPair()
  const heard: string[] = []
  right.ondata = (bytes) => heard.push(String(bytes))
  const ended = new Promise<void>((resolve) => (right.onend = resolve))
  left.write(new Uint8Array([1, 2]))
  left.write(new Uint8Array([3]))
  left.close()
  left.write(new Uint8Array([4]))
  await Promise.resolve()
  expect(heard).toEqual([])
  right.resume()
  await ended
  expect(heard).toEqual(['1,2', '3'])
})

test('a writer that is too fast is told so, and when to go on', async () => {
  const [left, right] = connectionPair()
  let drained = 0
  left.ondrain = () => (drained += 1)
  expect(left.write(chunk(256 * 1024))).toBe(true)
  expect(left.write(chunk(1))).toBe(false)
  right.ondata = () => {}
  right.resume()
  await new Promise((resolve) => setTimeout(resolve))
  expect(drained).toBe(1)
  expect(left.write(chunk(1))).toBe(true)
})

test('a chunk that is changed afterwards arrives as it was', async () => {
  const [left, right] = connectionPair()
  const bytes = chunk(1, 7)
  left.write(bytes)
  bytes[0] = 8
  const heard = new Promise<Uint8Array>((resolve) => (right.ondata = resolve))
  right.resume()
  expect([...(await heard)]).toEqual([7])
})

test('two that are joined are one', async () => {
  const [client, near] = connectionPair()
  const [far, server] = connectionPair()
  join(near, far)
  let size = 0
  server.ondata = (bytes) => (size += bytes.length)
  const ended = new Promise<void>((resolve) => (server.onend = resolve))
  server.resume()
  await writeAll(
    client,
    (async function* () {
      for (let index = 0; index < 50; index += 1) yield chunk(100_000)
    })(),
  )
  client.close()
  await ended
  expect(size).toBe(5_000_000)
})

test('who writes much stops where nobody is left', async () => {
  const [left, right] = connectionPair()
  left.resume()
  let written = 0
  const writing = writeAll(
    left,
    (async function* () {
      for (;;) {
        written += 1
        yield chunk(100_000)
      }
    })(),
  )
  await new Promise((resolve) => setTimeout(resolve))
  right.close()
  await writing
  expect(written).toBeLessThan(10)
})
