/** A library for event streams on top of `client.fetch`: it brings the loop, the client signs. */
import type * as SDK from '../../../packages/client/src/index.ts'
import type { Check, Environment } from './checks.ts'

/** As much of `@microsoft/fetch-event-source` as is used here; it works in pages only. */
export type FetchEventSource = (
  url: string,
  options: {
    fetch: typeof fetch
    signal: AbortSignal
    openWhenHidden: boolean
    onopen(response: Response): Promise<void>
    onmessage(message: { event: string; data: string }): void
    onerror(error: unknown): never
  },
) => Promise<void>

export async function tryEventSource(
  sdk: typeof SDK,
  fetchEventSource: FetchEventSource,
  environment: Environment,
): Promise<Check> {
  const name = 'fetch-event-source over client.fetch'
  const client = sdk.createClient(sdk.fromEnv(environment))
  const leaving = new AbortController()
  const seen: string[] = []
  let living: Promise<unknown> | undefined
  /** A session that begins and ends, once the stream is there. */
  const live = async (): Promise<void> => {
    const session = await client.sessions.create({ image: environment.SMOKE_IMAGE, slots: { cpu: 1, mem: '512m' } })
    await session.destroy()
  }
  const reading = fetchEventSource('/events/session?scope=session,kernel', {
    fetch: client.fetch,
    signal: leaving.signal,
    openWhenHidden: true,
    async onopen({ ok, status, headers }) {
      if (!ok || !headers.get('Content-Type')?.startsWith('text/event-stream')) throw new Error(`${status}`)
      living = live()
    },
    onmessage({ event, data }) {
      if (!event) return
      seen.push(`${event} ${typeof (JSON.parse(data) as { sessionId: unknown }).sessionId}`)
      if (event === 'session_terminated') leaving.abort()
    },
    onerror(error) {
      throw error
    },
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It goes on after ${seen.join(', ')}`)), 60_000)
  })
  try {
    // Ends with the abort, and only with that.
    await Promise.race([reading, limit])
    await living
    const isRight = seen.includes('session_started string') && seen.at(-1) === 'session_terminated string'
    return { name, ...(!isRight && { error: `It tells: ${seen.join(', ')}` }) }
  } catch (error) {
    return { name, error: String(error) }
  } finally {
    clearTimeout(timer)
    leaving.abort()
  }
}
