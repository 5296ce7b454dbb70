/** A terminal: a shell that believes it has a screen. Each way to have one is one file of this folder. */

export interface TerminalSize {
  rows: number
  cols: number
}

export interface TerminalOptions extends TerminalSize {
  /** The session's own directory: home and working directory. Empty where there are no files. */
  home: string
  /** Of the session, added to a small fixed environment. */
  environment: Readonly<Record<string, string>>
  /** What the screen shows, as bytes cut anywhere; never while a method below is still running. */
  onOutput(bytes: Uint8Array): void
  /** The shell is gone, killed or by itself. Called once; no output follows. */
  onExit(): void
}

export interface Terminal {
  /** Keys, as bytes. */
  write(bytes: Uint8Array): void
  resize(size: TerminalSize): void
  /** Holds the programs back: their terminal fills, and they wait. */
  pause(): void
  resume(): void
  /** Kills the shell and everything it started; resolves when they are gone. */
  stop(): Promise<void>
}

/** Opens a terminal, or says why it cannot. */
export type StartTerminal = (options: TerminalOptions) => Promise<Terminal>
