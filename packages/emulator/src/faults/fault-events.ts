/** Event streams that say what no client can read, or nothing. */
import type { Bytes, ByteStream } from './fault-bodies.ts'
import type { BadEventFault } from './fault-options.ts'

const utf8 = new TextEncoder()

/** Of a line without an end, at a time. */
const piece = 64 * 1024

/** What comes is one event at a time, or a sign of life. */
const isEvent = (chunk: Bytes): boolean => chunk[0] === 'e'.charCodeAt(0)

/**
 * The stream with the fault in it.
 *
 * @param pause lets others have their turn; rejects when the connection is cut.
 */
export async function* badEvents(
  chunks: AsyncIterable<Bytes>,
  { event, afterEvents = 0 }: BadEventFault,
  isRemoved: () => boolean,
  pause: () => Promise<void>,
): ByteStream {
  let left = afterEvents
  let isDue = true
  const strike = async function* (): ByteStream {
    isDue = false
    if (event === 'garbage') yield garbage()
    if (event !== 'endless') return
    yield utf8.encode('data: ')
    while (!isRemoved()) {
      await pause()
      yield utf8.encode('x'.repeat(piece))
    }
    yield utf8.encode('\r\n\r\n')
  }
  const strikesItself = event === 'garbage' || event === 'endless'
  if (left === 0 && strikesItself) yield* strike()
  for await (const chunk of chunks) {
    if (!isEvent(chunk) || isRemoved() || !isDue) yield chunk
    else if (left > 0) {
      yield chunk
      left -= 1
      if (left === 0 && strikesItself) yield* strike()
    } else if (event === 'broken') {
      isDue = false
      yield broken(chunk)
    }
  }
}

/** Its JSON ends in the middle; its lines do not. */
function broken(chunk: Bytes): Bytes {
  const text = new TextDecoder().decode(chunk).trimEnd()
  return utf8.encode(`${text.slice(0, -Math.ceil(text.length / 4)).trimEnd()}\r\n\r\n`)
}

/** Every byte there is, line ends and what is no UTF-8 among them. */
const garbage = (): Bytes => Uint8Array.from({ length: 512 }, (_, index) => (index * 37) % 256)
