/**
 * Status lines on stderr, data on stdout (protocol 05 §1.5). Colours, carriage returns and erasing are for terminals
 * only.
 */
import type { HostProcess, OutputStream } from './context.ts'

const glyphs = { info: '∙', wait: '⋯', done: '✔', fail: '✘', warn: '∙' } as const

export type StatusKind = keyof typeof glyphs

const colours: Record<StatusKind, number> = { info: 96, wait: 93, done: 92, fail: 91, warn: 33 }

const escape = '\u001B['
const eraseLine = `${escape}2K`

export interface StreamLook {
  readonly terminal: boolean
  readonly colour: boolean
}

export function lookOf(stream: OutputStream, env: HostProcess['env']): StreamLook {
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb'
  return { terminal, colour: terminal && !env['NO_COLOR'] }
}

/** Text of others must not steer the terminal. */
export const printable = (text: string): string =>
  text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '\uFFFD')

/** The bytes of a status line; those of a waiting one are overwritten by the next. */
export function statusLine(
  kind: StatusKind,
  text: string,
  { terminal, colour }: StreamLook,
  glyph: string = glyphs[kind],
): string {
  const lines = `${glyph} ${printable(text).replaceAll('\n', '\n  ')}`
  if (!terminal) return `${lines}\n`
  const painted = colour ? `${escape}${colours[kind]}m${lines}${escape}0m` : lines
  return `${eraseLine}${painted}\r${kind === 'wait' ? '' : '\n'}`
}

export class Output {
  readonly stdoutLook: StreamLook
  readonly stderrLook: StreamLook
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  #waiting = false

  constructor({ stdout, stderr, env }: Pick<HostProcess, 'stdout' | 'stderr' | 'env'>) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.stdoutLook = lookOf(stdout, env)
    this.stderrLook = lookOf(stderr, env)
  }

  status(kind: StatusKind, text: string): void {
    this.#stderr.write(statusLine(kind, text, this.stderrLook))
    this.#waiting = kind === 'wait' && this.stderrLook.terminal
  }

  /** One look of a line that is redrawn while something is waited for; on terminals alone. */
  wait(text: string, glyph: string): void {
    if (!this.stderrLook.terminal) return
    this.#stderr.write(statusLine('wait', text, this.stderrLook, glyph))
    this.#waiting = true
  }

  /** Places of a line that is redrawn; one more would make it two. */
  get width(): number {
    return (this.#stderr.columns ?? 80) - 1
  }

  /** A line that is redrawn in place, as it is; on terminals alone. */
  bar(text: string): void {
    if (!this.stderrLook.terminal) return
    this.#stderr.write(`${eraseLine}${text}\r`)
    this.#waiting = true
  }

  /** Leaves what was drawn in place where it is. */
  keepLine(): void {
    if (this.#waiting) this.#stderr.write('\r\n')
    this.#waiting = false
  }

  /** Takes away a waiting line that nothing overwrote. */
  clear(): void {
    if (this.#waiting) this.#stderr.write(eraseLine)
    this.#waiting = false
  }

  /** Data, as it is. Resolves when it has left the process. */
  write(data: string | Uint8Array): Promise<void> {
    this.clear()
    return written(this.#stdout, data)
  }

  /** What a remote program wrote to its standard error, or a prompt. */
  writeError(text: string): Promise<void> {
    this.clear()
    return written(this.#stderr, text)
  }

  print(line: string): Promise<void> {
    return this.write(`${line}\n`)
  }

  /** Like a status line, but on stdout. */
  heading(kind: StatusKind, text: string): Promise<void> {
    return this.write(statusLine(kind, text, this.stdoutLook))
  }

  json(value: unknown): Promise<void> {
    return this.print(JSON.stringify(value, null, 2))
  }
}

function written(stream: OutputStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(data, () => resolve())
  })
}
