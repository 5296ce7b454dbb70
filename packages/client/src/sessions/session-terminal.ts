/** Which of a session's terminals works (protocol 02 §4.2, §7.2). Loaded with the first. */
import { NotFoundError, UnsupportedError, type Transport } from '@backend-ai-sdk/core'
import { openPty, openTtyd, type Terminal, type TerminalOptions, type TerminalState } from '@backend-ai-sdk/streaming'

import { listApps, shutdownService } from './session-apps.ts'

/** Milliseconds within which a terminal that works shows its prompt again, in its new size; the shell of ttyd is as good. */
const speaksWithin = 2_000

export async function openSessionTerminal(
  transport: Transport,
  session: string,
  options: TerminalOptions,
): Promise<Terminal> {
  const { signal, onState } = options
  const apps = await listApps(transport, session, { signal })
  const hasTtyd = apps.some(({ name }) => name === 'ttyd')
  let isOpen = false
  // An end that leads to ttyd is none.
  const tell = (state: TerminalState): void => {
    isOpen ||= state.type === 'open'
    const leadsOn = hasTtyd && !isOpen && state.type === 'closed' && state.cause instanceof UnsupportedError
    if (!leadsOn) onState?.(state)
  }
  try {
    return await openPty(transport, session, { ...options, onState: tell, ...(hasTtyd && { speaksWithin }) })
  } catch (cause) {
    if (!(cause instanceof UnsupportedError) || signal?.aborted) throw cause
    if (hasTtyd) return openTtyd(transport, session, { ...options, stop: (call) => stopTtyd(transport, session, call) })
    const { release } = await transport.server({ signal })
    const message = "This session has no terminal that works: neither one of its own, nor the app 'ttyd'."
    throw new UnsupportedError(message, 'session-pty', release, { cause })
  }
}

/** One that does not run is stopped already. */
async function stopTtyd(transport: Transport, session: string, call: { signal: AbortSignal }): Promise<void> {
  await shutdownService(transport, session, 'ttyd', call).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error
  })
}
