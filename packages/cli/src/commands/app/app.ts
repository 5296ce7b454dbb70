/** `app`: an app of a session on a local port (protocol 05 §5.1). */
import { type ComputeSession, delay } from '@backend-ai-sdk/client'
import { type AppListener, listen, type ListenOptions } from '@backend-ai-sdk/client/node'

import { openBrowser } from '../../browser.ts'
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { describeError } from '../../errors.ts'
import { Failure } from '../../failures.ts'
import { requireApp, runningSession, throwIfEnded } from '../../running-session.ts'
import { type Binding, localHost } from './binding.ts'
import type { AppFlags } from './command.ts'

const standardPort = 8080
/** How often it is looked whether the session lives. */
const watchPause = 30_000

export default async function app(context: Context, flags: AppFlags, reference: string, name: string): Promise<void> {
  const { output, signal } = context
  const { client } = connect(context)
  const session = await runningSession(context, client, reference)
  await requireApp(session, name, signal)
  const watch = new Watch(session, reference)
  await using listener = await open(session, name, flags, (error) => {
    output.status('fail', describeError(error))
    watch.look()
  })
  tell(context, listener, reference, flags.bind)
  if (flags.open) openBrowser(context, listener.url)
  try {
    await watch.untilEnd(signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  output.status('info', 'Shutting down....')
  await listener.close()
  output.status('info', `The local proxy to "${name}" has terminated.`)
}

async function open(
  session: ComputeSession,
  name: string,
  { bind, arg = [], env = [] }: AppFlags,
  onError: (error: unknown) => void,
): Promise<AppListener> {
  const start: ListenOptions = { arguments: Object.fromEntries(arg), environ: Object.fromEntries(env), onError }
  if (bind) return await bound(listen(session, name, { ...start, ...bind }), bind.port)
  try {
    return await listen(session, name, { ...start, port: standardPort })
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error
    return await listen(session, name, start)
  }
}

const codeOf = (error: unknown): string | undefined =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code

async function bound(opening: Promise<AppListener>, port: number): Promise<AppListener> {
  try {
    return await opening
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EADDRINUSE')
      throw new Failure(`Port ${port} is in use: choose another one with -b, or a free one with -b 0.`)
    if (code === 'EACCES')
      throw new Failure(`Port ${port} needs rights that this user does not have: choose another one with -b.`)
    throw error
  }
}

function tell({ output }: Context, { app, url }: AppListener, session: string, bind: Binding | undefined): void {
  output.status(
    'info',
    `A local proxy to the application "${app.name}" provided by the session "${session}" is available at:\n${url}`,
  )
  if (bind?.host === '0.0.0.0' || bind?.host === '::')
    output.status(
      'warn',
      `NOTE: Replace "${localHost}" with the actual hostname you use to connect with the CLI app proxy.\nIt is open to everyone who can reach this machine.`,
    )
}

/** Looks from time to time, and when asked to, whether the session has ended. */
class Watch {
  readonly #session: ComputeSession
  readonly #label: string
  #now = new AbortController()

  constructor(session: ComputeSession, label: string) {
    this.#session = session
    this.#label = label
  }

  /** A connection failed: that may be why. */
  look(): void {
    this.#now.abort()
  }

  /** @throws Failure when the session has ended. @throws the signal's reason. */
  async untilEnd(signal: AbortSignal): Promise<never> {
    for (;;) {
      await delay(watchPause, AbortSignal.any([signal, this.#now.signal])).catch(() => {})
      signal.throwIfAborted()
      // Not for each of many connections that fail.
      if (this.#now.signal.aborted) await delay(1000, signal)
      this.#now = new AbortController()
      await throwIfEnded(this.#session, this.#label)
    }
  }
}
