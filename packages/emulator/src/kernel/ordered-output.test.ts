import { PassThrough, Readable } from 'node:stream'

import { expect, test } from 'vitest'

import { OrderedOutput } from './ordered-output.ts'

const mark = 'feedfacefeedface'
const barrier = (number: number) => `\0${mark}${number.toString(16).padStart(8, '0')}`
const barrierLine = (number: number) => `{"type":"barrier","barrier":${number}}\n`

function setUp({ marked = true } = {}) {
  const pipes = { stdout: new PassThrough(), stderr: new PassThrough(), messages: new PassThrough() }
  const said: string[] = []
  const output = new OrderedOutput(
    { stdout: pipes.stdout, stderr: pipes.stderr, ...(marked && { messages: { stream: pipes.messages, mark } }) },
    {
      text: (stream, text) => said.push(`${stream}: ${text}`),
      message: (line) => said.push(`message: ${line}`),
    },
  )
  return { ...pipes, said, output }
}

test('puts three pipes in order, whichever is read first', async () => {
  const { stdout, stderr, messages, said, output } = setUp()
  // As read: the last pipe first.
  messages.end(`${barrierLine(1)}${barrierLine(2)}${barrierLine(3)}done\n`)
  await output.drained()
  stderr.end(`${barrier(1)}${barrier(2)}b${barrier(3)}`)
  await output.drained()
  expect(said).toEqual([])
  stdout.end(`${barrier(1)}a${barrier(2)}${barrier(3)}`)
  await output.ended
  expect(said).toEqual(['stdout: a', 'stderr: b', 'message: done'])
})

test('a barrier that is missing in one pipe is made up for by the next', async () => {
  const { stdout, stderr, messages, said, output } = setUp()
  stdout.write(`${barrier(1)}a`)
  messages.write(`${barrierLine(1)}one\n`)
  await output.drained()
  expect(said).toEqual([])
  stderr.write(barrier(2))
  await output.drained()
  expect(said.toSorted()).toEqual(['message: one', 'stdout: a'])
})

test('what a pipe says after the others have ended is not lost', async () => {
  const { stdout, stderr, messages, said, output } = setUp()
  stdout.write(`${barrier(1)}a`)
  stderr.end()
  messages.end()
  await output.drained()
  expect(said).toEqual(['stdout: a'])
  stdout.end('b')
  await output.ended
  expect(said).toEqual(['stdout: a', 'stdout: b'])
})

test('half a character waits for the rest, across barriers too; what stays half becomes U+FFFD', async () => {
  const { stdout, said, output } = setUp({ marked: false })
  const bytes = Buffer.from('한글')
  for (const byte of bytes.subarray(0, 4)) stdout.write(Buffer.of(byte))
  await output.drained()
  expect(said).toEqual(['stdout: 한'])
  stdout.write(Buffer.concat([bytes.subarray(4), Buffer.of(0xff, 0x41, 0xe2, 0x82)]))
  await output.drained()
  expect(said.join('').replaceAll('stdout: ', '')).toBe('한글\uFFFDA')
  output.flush()
  expect(said.join('').replaceAll('stdout: ', '')).toBe('한글\uFFFDA\uFFFD')
})

test('emits no more than a few MiB in one turn of the event loop, and loses nothing', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const total = 2000
  let produced = 0
  const stdout = new Readable({
    read() {
      // As fast as it is read, in the same turn.
      this.push(produced++ < total ? chunk : null)
    },
  })
  let inTurn = 0
  let most = 0
  let bytes = 0
  const output = new OrderedOutput(
    { stdout, stderr: Readable.from([]) },
    {
      text(_, text) {
        if (inTurn === 0) setImmediate(() => (inTurn = 0))
        inTurn += text.length
        bytes += text.length
        most = Math.max(most, inTurn)
      },
      message: () => {},
    },
  )
  await output.ended
  expect(bytes).toBe(total * chunk.length)
  // Twice the limit: the end of one turn and the begin of the next look like one from here.
  expect(most).toBeLessThan(9 * 1024 * 1024)
})

test('drained() does not wait for a pipe that never rests', async () => {
  const { stdout, said, output } = setUp({ marked: false })
  const chunk = 'y'.repeat(256 * 1024)
  let going = true
  const flood = () => {
    if (going) stdout.write(chunk, () => setImmediate(flood))
  }
  flood()
  await output.drained()
  going = false
  expect(said.length).toBeGreaterThan(3)
})
