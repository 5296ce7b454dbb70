/** A kernel: the process that runs a session's code. Each language is one file of this folder. */

/** One record of a run's console, as it travels (protocol 02 §3.3). */
export type ConsoleRecord =
  | readonly ['stdout' | 'stderr' | 'log' | 'html', string]
  | readonly ['media', readonly [mime: string, data: string]]

/** What a kernel says while it runs code, in the order it happens. */
export type KernelMessage =
  | { type: 'console'; record: ConsoleRecord }
  /** The program reads a line; the prompt was printed before. */
  | { type: 'waiting-input'; isPassword: boolean }
  | { type: 'clean-finished' | 'build-finished' | 'finished'; exitCode: number }

/** Shell commands of the three steps; `*` is the language's own default, null and '' skip a step. */
export interface BatchCommands {
  clean: string | null
  build: string | null
  exec: string | null
  buildLog: boolean
}

export interface CompletionRequest {
  code: string
  row: number
  col: number
  line: string
  post: string
}

export interface KernelOptions {
  /** The session's own directory: home and working directory of all it starts. Exists already. */
  home: string
  /** Of the session, added to a small fixed environment. */
  environment: Readonly<Record<string, string>>
  /** With IPython's `get_ipython()`, as far as it changes what leaves the kernel. Python only. */
  interactiveShell?: boolean
  /** Called for each message; never while a method below is still running. */
  onMessage(message: KernelMessage): void
  /** The process is gone, killed or by itself. Called once; no message follows. */
  onExit(exitCode: number | null): void
}

/**
 * Runs one thing at a time: what is fed while something runs waits its turn. Each `runCode` ends in one `finished`,
 * each `runBatch` in `clean-finished`, `build-finished` and `finished`, also for skipped steps.
 */
export interface Kernel {
  runCode(code: string): void
  runBatch(commands: BatchCommands): void
  /** Answers `waiting-input`; text that nothing waits for is kept for the next. Without the line end. */
  input(text: string): void
  /** As Ctrl-C; without effect where nothing runs. */
  interrupt(): void
  complete(request: CompletionRequest): Promise<string[]>
  /** Holds the programs back: their pipes fill, and they wait. A kernel without it says all it has to say. */
  pause?(): void
  resume?(): void
  /** Everything printed by kernel and programs so far, at most its last 10 MiB. */
  logs(): string
  /** Kills the kernel and everything it started, whatever they ignore; resolves when they are gone. */
  stop(): Promise<void>
}

/** Starts a kernel of one language, or says why it cannot. Resolves when it can run code. */
export type StartKernel = (options: KernelOptions) => Promise<Kernel>
