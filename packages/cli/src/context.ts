/** What a command is given: the process it runs in, and where its output goes. */
import type { CommandContext } from '@stricli/core'

import type { Output } from './output.ts'

export interface OutputStream {
  /** `done` is called when the text has left, or cannot leave any more. */
  write(data: string | Uint8Array, done?: () => void): unknown
  readonly isTTY?: boolean
  readonly rows?: number
  readonly columns?: number
  on?(event: 'error', listener: (error: Error & { code?: string }) => void): unknown
  on?(event: 'resize', listener: () => void): unknown
  off?(event: 'resize', listener: () => void): unknown
}

type HostEvent = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGCONT' | 'exit'

/** What is used of Node's `process`; tests give their own. */
export interface HostProcess {
  readonly argv: readonly string[]
  readonly env: Record<string, string | undefined>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  cwd(): string
  on(event: HostEvent, listener: () => void): unknown
  off(event: HostEvent, listener: () => void): unknown
  exit(code: number): unknown
}

/** In place of the platform's own, for tests. */
export interface Platform {
  readonly fetch?: typeof globalThis.fetch
  readonly webSocket?: unknown
}

export interface RootOptions {
  readonly output: 'console' | 'json'
  readonly skipCertificateValidation: boolean
}

export interface Context extends CommandContext {
  readonly host: HostProcess
  readonly platform: Platform
  readonly options: RootOptions
  readonly output: Output
  /** Ends when the user interrupts; its reason is an `Interruption`. */
  readonly signal: AbortSignal
  /** As Ctrl-C, for prompts that see it as a key. */
  readonly interrupt: () => void
  /** Runs what a command does, and tells how it ended. */
  readonly conclude: (work: () => Promise<number | void>) => Promise<void>
}
