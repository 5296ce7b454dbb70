/** Handle of one compute session. */
import { path } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import type { BatchCommands } from './batch.ts'
import { Run, type RunOptions } from './run.ts'
import type { SessionFile, UploadOptions } from './session-files.ts'
import type { ServicePort, SessionInfo, SessionStatus } from './session-info.ts'
import type { StatusReport, WaitOptions } from './session-status.ts'

/** What is known of a session when its handle is made. */
export interface SessionFacts {
  id: string
  name: string
  image: string
  status: SessionStatus
  servicePorts: ServicePort[]
  /** By the call that made the handle; false for a session that existed. */
  created: boolean
}

export interface DestroyOptions extends CallOptions {
  /** In whatever state it is; on release 20.09 for administrators only. Default false. */
  forced?: boolean
  /** With the sessions that depend on it; since release 23.03. Default false. */
  recursive?: boolean
  /** Waits until the session has really ended. Default true. */
  confirm?: boolean
  ownerAccessKey?: string
}

/** Metrics of an ended session by name (protocol 02, appendix A); empty since release 25.15. */
export type SessionStats = Record<string, unknown>

export interface CompletionOptions extends CallOptions {
  /** Position of the cursor. */
  row?: number
  col?: number
  /** The line it is in, up to the cursor. */
  line?: string
  /** What follows. */
  post?: string
}

/**
 * A compute session. `await using` destroys it at the end of the block if the call that gave the handle created it.
 *
 * @example
 * await using session = await client.sessions.create({ image: 'python' })
 * console.log(await session.run('print(6 * 7)').text())
 */
export class ComputeSession implements AsyncDisposable {
  readonly id: string
  readonly image: string
  readonly created: boolean
  readonly servicePorts: readonly ServicePort[]
  readonly #transport: Transport
  #name: string
  #status: SessionStatus

  constructor(transport: Transport, facts: SessionFacts) {
    this.#transport = transport
    this.id = facts.id
    this.image = facts.image
    this.created = facts.created
    this.servicePorts = facts.servicePorts
    this.#name = facts.name
    this.#status = facts.status
  }

  get name(): string {
    return this.#name
  }

  /** As last seen by this handle; {@link info} asks. */
  get status(): SessionStatus {
    return this.#status
  }

  /** @throws NotFoundError for a session that the server does not know (any more). */
  async info(options: CallOptions = {}): Promise<SessionInfo> {
    const { requireSession } = await import('./session-info.ts')
    const info = await requireSession(this.#transport, this.id, options)
    this.#name = info.name
    this.#status = info.status
    return info
  }

  /**
   * Runs code, or the clean, build and exec commands of a batch. Runs of one session wait for each other.
   *
   * Goes over the execute socket where one can be opened, else by polling; the items are the same.
   *
   * @throws ExecutionError, SessionEndedError, SessionBlockedError when it is read.
   * @example
   * for await (const item of session.run('for i in range(3): print(i)'))
   *   if (item.type === 'stdout') process.stdout.write(item.text)
   */
  run(source: string | BatchCommands, options: RunOptions = {}): Run {
    const session = { transport: this.#transport, id: this.id, image: this.image }
    return new Run(session, typeof source === 'string' ? { code: source } : { batch: source }, options)
  }

  /** As Ctrl-C to the running code, which may ignore it. */
  interrupt(options: CallOptions = {}): Promise<void> {
    return this.#transport.send({ method: 'POST', path: path`/session/${this.id}/interrupt`, ...options })
  }

  /** Completions of the code at the cursor. Most runtimes know none; before release 25.6 some never answer. */
  async complete(
    code: string,
    { row = 0, col = 0, line = '', post = '', ...options }: CompletionOptions = {},
  ): Promise<string[]> {
    const { result } = await this.#transport.request<{ result: unknown }>({
      method: 'POST',
      path: path`/session/${this.id}/complete`,
      json: { code, options: { row, col, line, post } },
      ...options,
    })
    if (Array.isArray(result)) return result as string[]
    const { completions, suggestions } = (result ?? {}) as { completions?: string[]; suggestions?: string[] }
    return completions ?? suggestions ?? []
  }

  /**
   * Puts files into the session, below its home.
   *
   * @example await session.upload([{ path: 'src/main.py', data: 'print(1)' }])
   */
  async upload(files: readonly SessionFile[], options: UploadOptions = {}): Promise<void> {
    const { uploadFiles } = await import('./session-files.ts')
    await uploadFiles(this.#transport, this.id, files, options)
  }

  /** Output of the session's main container so far; of ended sessions too. */
  async logs(options: CallOptions = {}): Promise<string> {
    const { result } = await this.#transport.request<{ result: { logs: string } }>({
      path: path`/session/${this.id}/logs`,
      ...options,
    })
    return result.logs
  }

  /** Since release 21.09, of a running session. @throws ConflictError, InvalidRequestError for a name that is taken. */
  async rename(name: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.mustSupport('session-rename', options)
    await this.#transport.send({ method: 'POST', path: path`/session/${this.id}/rename`, json: { name }, ...options })
    this.#name = name
  }

  /** Ends the kernel and starts it again with the same files. @throws UnsupportedError since release 26.8. */
  async restart(options: WaitOptions = {}): Promise<void> {
    const { restartSession } = await lifecycle()
    this.#status = (await restartSession(this.#transport, this.id, options)).status
  }

  /**
   * @throws SessionEndedError when the session ends without reaching the status.
   * @throws TimeoutError after `timeout` milliseconds; default: none.
   */
  async waitFor(status: SessionStatus | readonly SessionStatus[], options: WaitOptions = {}): Promise<StatusReport> {
    const { waitForStatus } = await import('./session-status.ts')
    const report = await waitForStatus(
      this.#transport,
      this.id,
      typeof status === 'string' ? [status] : status,
      options,
    )
    this.#status = report.status
    return report
  }

  /** Ends the session. @returns what it has used, as far as the release tells. */
  async destroy(options: DestroyOptions = {}): Promise<SessionStats> {
    const { destroySession } = await lifecycle()
    const { stats, status = 'TERMINATING' } = await destroySession(this.#transport, this.id, options)
    this.#status = status
    return stats
  }

  /** Destroys the session if the call that made this handle created it; one that is gone already is no error. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.created) return
    const { disposeSession } = await lifecycle()
    await disposeSession(this.#transport, this.id)
  }
}

const lifecycle = () => import('./session-lifecycle.ts')
