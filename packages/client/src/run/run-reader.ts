/** The loop of one run: results of a channel become items, until the last. */
import { abortable, ExecutionError, supports, WebSocketError, type ServerInfo } from '@backend-ai-sdk/core'
import type { ExecuteResult } from '@backend-ai-sdk/streaming'

import { MarkFilter } from './batch.ts'
import type { RunChannel } from './run-channel.ts'
import { consoleItems, type InputRequest, type RunItem } from './run-items.ts'

/** Answers for code that reads input: one line after the other, or a function that is asked. */
export type RunInput = string | Iterable<string> | ((request: { isPassword: boolean }) => string | Promise<string>)

/** A batch step whose mark has not come so long after the step before: its result is lost. */
const markLimit = 15_000
const stderrKept = 65_536

export class RunReader {
  readonly #channel: RunChannel
  readonly #marks: MarkFilter | undefined
  readonly #answer: ((request: { isPassword: boolean }) => string | Promise<string>) | undefined
  readonly #signal: AbortSignal | undefined
  #stderr = ''
  #exitCode: number | undefined
  #markDue = Number.POSITIVE_INFINITY

  constructor(
    channel: RunChannel,
    options: { mark?: string | undefined; input?: RunInput | undefined; signal?: AbortSignal | undefined },
  ) {
    this.#channel = channel
    this.#marks = options.mark === undefined ? undefined : new MarkFilter(options.mark)
    this.#answer = options.input === undefined ? undefined : answerer(options.input)
    this.#signal = options.signal
  }

  async *items(): AsyncGenerator<RunItem, void, undefined> {
    for (;;) {
      const result = await abortable(this.#channel.next(), this.#signal)
      yield* this.#printed(result)
      switch (result.status) {
        case 'continued':
          break
        case 'waiting-input':
          yield* this.#ask(Boolean(result.options?.is_password))
          break
        case 'clean-finished':
        case 'build-finished':
          yield* this.#endStep(result.status, result)
          this.#markDue = Date.now() + markLimit
          break
        case 'finished':
          yield* this.#endStep(result.status, result)
          return
        case 'exec-timeout':
        case 'error':
        case 'server-restarting':
        default:
          throw failure(result, this.#stderr)
      }
      if (this.#marks && !this.#marks.seen && Date.now() > this.#markDue) throw new LostResult()
    }
  }

  *#printed(result: ExecuteResult): Generator<RunItem, void, undefined> {
    for (const item of consoleItems(result.console)) {
      if (item.type === 'stderr') this.#stderr = (this.#stderr + item.text).slice(-stderrKept)
      if (item.type !== 'stdout' || !this.#marks) yield item
      else yield* printedText(this.#marks.feed(item.text))
    }
  }

  *#endStep(
    type: 'clean-finished' | 'build-finished' | 'finished',
    result: ExecuteResult,
  ): Generator<RunItem, void, undefined> {
    const exitCode = this.#marks?.exitCode ?? result.exitCode ?? -1
    yield* printedText(this.#marks?.reset() ?? '')
    this.#exitCode = exitCode
    yield { type, exitCode }
  }

  async *#ask(isPassword: boolean): AsyncGenerator<InputRequest, void, undefined> {
    if (this.#answer) {
      await this.#channel.input(await this.#answer({ isPassword }))
      return
    }
    let reply!: (text: string) => void
    const replied = new Promise<string>((resolve) => (reply = resolve))
    yield { type: 'input', isPassword, reply }
    await this.#channel.input(await abortable(replied, this.#signal))
  }

  /** @throws ExecutionError where the code did not end well. */
  check(server: ServerInfo): void {
    const exitCode = this.#exitCode
    // Runners up to 25.x end with 0 when the code raised; what is left of it is the traceback (protocol 02 §3.2).
    const raised =
      !supports(server, 'execute-exit-code') &&
      /^(\u001B\[[\d;]*m)*(-{60,}|Traceback \(most recent call last\))/m.test(this.#stderr)
    if (exitCode === 0 && !raised) return
    const reason = this.#stderr.trim().split('\n').at(-1) ?? ''
    const message =
      raised && exitCode === 0
        ? `The code raised an error: ${reason}`
        : `The code ended with exit code ${exitCode}${reason && `: ${reason}`}`
    throw new ExecutionError(message, { exitCode, stderr: this.#stderr })
  }
}

function* printedText(text: string): Generator<RunItem, void, undefined> {
  if (text !== '') yield { type: 'stdout', text }
}

/** The server dropped the result of a batch step (batch.ts). */
export class LostResult extends Error {}

function failure(result: ExecuteResult, stderr: string): Error {
  if (result.status === 'exec-timeout')
    return new ExecutionError('The server ended the code: its time limit is over.', { stderr })
  if (result.status === 'server-restarting')
    return new WebSocketError(`The server ends the run: ${result.msg ?? 'it restarts'}`, 1012, '', {
      retryable: 'unknown',
    })
  return new WebSocketError(
    `The server could not go on with the run: ${result.msg ?? result.status}`,
    1000,
    result.msg ?? '',
  )
}

function answerer(input: RunInput): (request: { isPassword: boolean }) => string | Promise<string> {
  if (typeof input === 'function') return input
  const lines = (typeof input === 'string' ? [input] : input)[Symbol.iterator]()
  return () => {
    const { done, value } = lines.next()
    if (done) throw new ExecutionError('The code reads more input than was given.')
    return value
  }
}
