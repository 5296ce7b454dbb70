/** What is read from the user: keys, lines, and lines that are not shown. */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'

import type { Context } from './context.ts'

/** One key on a terminal; undefined at the end of the input. */
export async function readKey({ host, interrupt, signal }: Context): Promise<string | undefined> {
  const { stdin } = host
  stdin.setRawMode?.(true)
  try {
    const key = await new Promise<string | undefined>((resolve) => {
      const finish = (data?: Buffer | string): void => {
        stdin.off('data', finish)
        stdin.off('end', finish)
        signal.removeEventListener('abort', end)
        resolve(data?.toString())
      }
      const end = (): void => finish()
      stdin.on('data', finish)
      stdin.on('end', finish)
      signal.addEventListener('abort', end, { once: true })
    })
    // A raw terminal makes no signal of it.
    if (key === '\u0003') interrupt()
    signal.throwIfAborted()
    return key
  } finally {
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}

/** Lines of the standard input, one after the other for all who ask. Nothing is read before the first is asked for. */
export class LineReader {
  readonly #context: Context
  #lines: AsyncIterator<string> | undefined
  #interface: Interface | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: Context) {
    this.#context = context
  }

  /** @returns undefined at the end of the input. @throws the signal's reason. */
  read({ hidden = false, prompt = 'Password: ' }: { hidden?: boolean; prompt?: string } = {}): Promise<
    string | undefined
  > {
    const { host } = this.#context
    const line = this.#last.then(() => (hidden && host.stdin.isTTY ? this.#readHidden(prompt) : this.#readLine()))
    this.#last = line.catch(() => undefined)
    return line
  }

  async #readLine(): Promise<string | undefined> {
    const { host, signal } = this.#context
    if (!this.#lines) {
      this.#interface = createInterface({ input: host.stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY })
      this.#lines = this.#interface[Symbol.asyncIterator]()
    }
    const { done, value } = await raceWithSignal(this.#lines.next(), signal)
    return done ? undefined : value
  }

  /** Nothing of what is typed is shown. */
  async #readHidden(prompt: string): Promise<string | undefined> {
    const { host, output, interrupt, signal } = this.#context
    this.close()
    await output.writeError(prompt)
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const hidden = createInterface({ input: host.stdin, output: silent, terminal: true })
    try {
      const answer = new Promise<string | undefined>((resolve) => {
        hidden.once('line', resolve)
        hidden.once('close', () => resolve(undefined))
        // A raw terminal makes no signal of it.
        hidden.once('SIGINT', interrupt)
      })
      return await raceWithSignal(answer, signal)
    } finally {
      hidden.close()
      await output.writeError('\n')
    }
  }

  /** Lets the process end although the input has not. */
  close(): void {
    if (!this.#interface) return
    this.#interface.close()
    this.#interface = undefined
    this.#lines = undefined
    this.#context.host.stdin.pause()
  }
}

function raceWithSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
