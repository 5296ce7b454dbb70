/** What a terminal is to its user, whatever carries it. */
import type { CallOptions, StreamError } from '@backend-ai-sdk/core'

/** In characters. */
export interface TerminalSize {
  rows: number
  cols: number
}

/** How a terminal stands to its server. */
export type TerminalState =
  | { readonly type: 'connecting' }
  | { readonly type: 'open' }
  | {
      readonly type: 'reconnecting'
      /** Counted from 1 for each outage. */
      readonly attempt: number
      /** Milliseconds since 1970. */
      readonly nextTry: number
      readonly cause: unknown
    }
  | {
      readonly type: 'closed'
      /** `ended` by the session or the shell, `closed` by the caller, or `failed`. */
      readonly reason: 'ended' | 'closed' | 'failed'
      readonly cause?: unknown
    }

export type TerminalEnd = TerminalState & { type: 'closed' }

/** What terminals are opened with. Default size: 24 × 80. */
export interface TerminalOptions extends CallOptions, Partial<TerminalSize> {
  /** Is told of every change; not of a failure to open it at all, which is thrown. */
  onState?: ((state: TerminalState) => void) | undefined
  /** Is told of a message that is none; the terminal goes on. */
  onUnreadable?: ((error: StreamError) => void) | undefined
  /**
   * Shown in `readable` where output may be missing, in place of a dim line that says for how long the connection was
   * lost; false shows nothing.
   */
  gapMarker?: string | false | undefined
  /** Milliseconds for which a lost connection is looked for, the time that the machine slept left out. Default 300,000. */
  patience?: number | undefined
}

/**
 * A terminal of a session. A connection that is lost, by sleep, a change of networks or a restart of the server, is
 * looked for and made again. What the programs write meanwhile is lost, because no server keeps it: `readable` shows a
 * line where that may be. Input waits meanwhile. It is never sent twice; what was on its way when the connection broke
 * may not have arrived, and the line then says so.
 */
export interface Terminal extends AsyncDisposable {
  /**
   * Output, byte for byte; parts of characters may come in different chunks. A reader that stops holds the server
   * back. Ends with the session or {@link close}; fails with the typed error, or the reason of the signal. Cancelling
   * it closes the terminal.
   */
  readonly readable: ReadableStream<Uint8Array>
  /** Input, byte for byte. Closing it is no end of the terminal: servers know no end of the input. */
  readonly writable: WritableStream<Uint8Array | string>
  readonly state: TerminalState
  /** Calls the listener with every further state; returns what ends that. */
  subscribe(listener: (state: TerminalState) => void): () => void
  /** Resolves when it is over, for whatever reason; never rejects. */
  readonly closed: Promise<TerminalEnd>
  /** Of several at once the last one counts; said again to each new connection. @throws ConfigError for what is no size. */
  resize(size: TerminalSize): void
  /** Begins anew: the whole session for its own terminal, the shell for one of ttyd. */
  restart(): Promise<void>
  /** The last 256 KiB of what was read, to paint it again. */
  history(): Uint8Array<ArrayBuffer>
  /** Ends the connection; what runs in the session goes on. */
  close(): Promise<void>
}
