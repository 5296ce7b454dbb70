/** Server-sent events to one client: signs of life, and an end with whoever leaves first (protocol 02 §5.1). */
import type { Context } from './context.ts'
import { pythonJson } from './formats/json.ts'

/** Milliseconds between the signs of life. */
const heartbeat = 15_000

export interface EventSink {
  /** With `retry: 5`, where that is asked for. */
  readonly send: (name: string, data: unknown, retry?: boolean) => void
  /** Says good-bye; the server ends the response behind it. */
  readonly close: () => void
}

/** @param listen is called once, and returns what ends its listening. */
export function eventStream({ cluster, profile, request }: Context, listen: (sink: EventSink) => () => void): Response {
  let stop = (): void => {}
  const encoder = new TextEncoder()
  const toText = profile.problems.compact ? JSON.stringify : pythonJson
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let isOver = false
      let cancelTimer = (): void => {}
      let off = (): void => {}
      const say = (lines: string): void => {
        if (!isOver) controller.enqueue(encoder.encode(`${lines}\r\n\r\n`))
      }
      const leave = (): void => {
        if (isOver) return
        stop()
        controller.error(request.signal.reason)
      }
      const end = (): void => {
        if (isOver) return
        stop()
        controller.close()
      }
      const beat = (): void => {
        const again = (): void => {
          say(': ping')
          beat()
        }
        cancelTimer = cluster.timers.after(heartbeat, again, end)
      }
      stop = () => {
        isOver = true
        off()
        cancelTimer()
        request.signal.removeEventListener('abort', leave)
      }
      request.signal.addEventListener('abort', leave, { once: true })
      beat()
      off = listen({
        send: (name, data, retry = false) =>
          say(`event: ${name}\r\ndata: ${toText(data)}${retry ? '\r\nretry: 5' : ''}`),
        close() {
          say('event: server_close\r\ndata: {}')
          end()
        },
      })
      // It may have said all there is at once.
      if (isOver) off()
    },
    cancel: () => stop(),
  })
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' },
  })
}
