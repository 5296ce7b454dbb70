/** Handle of one compute session. */
import { path } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'
import type { Terminal, TerminalOptions, Tunnel, TunnelOptions } from '@backend-ai-sdk/streaming'

import { BackgroundTask } from '../events/tasks.ts'
import type { BatchCommands } from '../run/batch.ts'
import { Run, type RunOptions } from '../run/run.ts'
import type { OpenAppOptions, OpenedApp } from './app-proxy.ts'
import type { App } from './apps.ts'
import type { StartedService, StartServiceOptions } from './session-apps.ts'
import type { SessionDownload, SessionFile, UploadOptions } from './session-files.ts'
import type { SessionInfo, SessionStatus } from './session-info.ts'
import type { SessionEntry } from './session-listing.ts'
import type { StatusReport, WaitOptions } from './session-status.ts'

/** What is known of a session when its handle is made. */
export interface SessionFacts {
  id: string
  name: string
  image: string
  status: SessionStatus
  servicePorts: App[]
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

export interface CommitOptions extends CallOptions {
  /** Of the archive. Default: made of the time, and the names of session and image; 23.09 and newer take no other. */
  filename?: string
}

/** The committing of a session. */
export class CommitTask extends BackgroundTask {
  /** Of the archive, on the agent's storage for images. */
  readonly path: string | undefined

  constructor(transport: Transport, { bgtask_id, path }: { bgtask_id: string; path?: string | null }) {
    super(transport, bgtask_id, true)
    this.path = path ?? undefined
  }
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
  readonly servicePorts: readonly App[]
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

  /**
   * Opens the session's own terminal, which all who open it share. A connection that is lost is made again. Since
   * release 25.9; on Docker clusters of release 26 it is mute, which is found out with the first input.
   *
   * @throws UnsupportedError before anything is sent, where the release has none that works.
   * @throws APIError where the server refuses it.
   * @example
   * await using terminal = await session.pty({ rows: 24, cols: 80 })
   * const writer = terminal.writable.getWriter()
   * await writer.write('echo $((6 * 7))\n')
   * const decoder = new TextDecoder()
   * for await (const chunk of terminal.readable) {
   *   const text = decoder.decode(chunk, { stream: true })
   *   console.log(text)
   *   if (text.includes('42')) break
   * }
   */
  async pty(options: TerminalOptions = {}): Promise<Terminal> {
    const { openPty } = await import('@backend-ai-sdk/streaming')
    return openPty(this.#transport, this.id, options)
  }

  /**
   * Opens a terminal in the way that works by itself: the session's own one ({@link pty}) where the release has it and it
   * speaks, else that of its app ttyd, through a tunnel.
   *
   * @throws UnsupportedError where the session has neither. @throws APIError where the server refuses it.
   * @example
   * await using terminal = await session.terminal({ rows: 24, cols: 80 })
   * const writer = terminal.writable.getWriter()
   * await writer.write('echo $((6 * 7))\n')
   * const decoder = new TextDecoder()
   * for await (const chunk of terminal.readable) {
   *   const text = decoder.decode(chunk, { stream: true })
   *   console.log(text)
   *   if (text.includes('42')) break
   * }
   */
  async terminal(options: TerminalOptions = {}): Promise<Terminal> {
    const { openSessionTerminal } = await import('./session-terminal.ts')
    return openSessionTerminal(this.#transport, this.id, options)
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
   * Puts files into the session, below its home, 20 with a request. What is there is replaced.
   *
   * @throws ConfigError before anything is sent: for a file of 1 MiB or more, or a path that leads out of the home.
   * @example await session.upload([{ path: 'src/main.py', data: 'print(1)' }])
   */
  async upload(files: readonly SessionFile[], options: UploadOptions = {}): Promise<void> {
    const { uploadFiles } = await import('./session-files.ts')
    await uploadFiles(this.#transport, this.id, files, options)
  }

  /**
   * One file of the session, of less than 1 MiB as the archive that the server makes of it; its path is below the
   * session's home.
   *
   * @throws APIError where there is no such file; servers say no more than 500.
   * @example
   * await session.upload([{ path: 'a.txt', data: 'one' }])
   * console.log(new TextDecoder().decode(await session.downloadFile('a.txt')))
   */
  async downloadFile(file: string, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { downloadFile } = await import('./session-files.ts')
    return downloadFile(this.#transport, this.id, file, options)
  }

  /**
   * Files, and folders with all that is in them; their paths are below the session's home. Less than 1 MiB each, as the
   * archive that the server makes of it.
   *
   * @throws APIError where one of them is not there, or too large; servers say no more than 500.
   * @throws StreamError for an answer that is damaged.
   * @example
   * await session.upload([{ path: 'results/a.txt', data: 'one' }])
   * const [results] = await session.download(['results'])
   * for (const { name, type, data } of results!.entries)
   *   if (type === 'file') console.log(name, new TextDecoder().decode(data))
   */
  async download(paths: readonly string[], options: CallOptions = {}): Promise<SessionDownload[]> {
    const { downloadFiles } = await import('./session-files.ts')
    return downloadFiles(this.#transport, this.id, paths, options)
  }

  /**
   * What is in a folder of the session, by name. Up to release 26.2 on Node, Deno and Bun only, over their own HTTP client.
   *
   * @param folder Below the session's home, which it is by default.
   * @throws NotFoundError for a folder that is not there. @throws InvalidRequestError for what is no folder.
   * @throws UnsupportedError in pages, and with a `fetch` of one's own, up to release 26.2.
   * @example for (const { name, size } of await session.listFiles()) console.log(name, size)
   */
  async listFiles(folder = '.', options: CallOptions = {}): Promise<SessionEntry[]> {
    const { listSessionFiles } = await import('./session-listing.ts')
    return listSessionFiles(this.#transport, this.id, folder, options)
  }

  /** What listens in the session, started or not. */
  async apps(options: CallOptions = {}): Promise<App[]> {
    return (await apps()).listApps(this.#transport, this.id, options)
  }

  /**
   * One TCP connection to an app, which the server starts where it does not run yet. Webservers do not tell that the app
   * has closed it (docs/login.md).
   *
   * @throws ConfigError in pages, with keys: see {@link openApp}.
   * @throws NotFoundError for an app that the session does not have.
   * @throws ServerError where the app does not start; its `data` is the reason.
   * @example
   * await using tunnel = await session.tunnel('ttyd')
   * await tunnel.writable.getWriter().write(new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n'))
   * for await (const chunk of tunnel.readable) console.log(new TextDecoder().decode(chunk))
   */
  async tunnel(app: string | TunnelOptions, options?: CallOptions): Promise<Tunnel> {
    const given = typeof app === 'string' ? { app } : app
    return (await apps()).openTunnel(this.#transport, this.id, { ...given, ...options })
  }

  /**
   * Makes an app reachable through the app proxy of the resource group: what pages do in place of a tunnel, and then go
   * to the `url`.
   *
   * @throws ConfigError where the resource group has none, and `proxy` names none.
   * @throws APIError (its subclass by the proxy's code) where the proxy refuses.
   */
  async openApp(app: string, options: OpenAppOptions = {}): Promise<OpenedApp> {
    const { openApp } = await import('./app-proxy.ts')
    return openApp(this.#transport, this.id, app, options)
  }

  /**
   * Starts an app, and takes a place for it at the app proxy.
   *
   * @throws MaintenanceError, ServerError 503 where the resource group has no app proxy.
   * @throws UnsupportedError before release 21.09.
   */
  async startService(app: string, options: StartServiceOptions = {}): Promise<StartedService> {
    return (await apps()).startService(this.#transport, this.id, app, options)
  }

  /** Ends an app; the next tunnel starts it again. Of no effect where it does not run. */
  async shutdownService(app: string, options: CallOptions = {}): Promise<void> {
    await (await apps()).shutdownService(this.#transport, this.id, app, options)
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

  /**
   * Writes the session's file system to an archive, as a task of the server. Since release 22.09.
   *
   * @throws UnsupportedError, MaintenanceError.
   * @example
   * if (await client.supports('session-commit')) {
   *   const task = await session.commit()
   *   for await (const event of task.events()) console.log(event.type)
   * }
   */
  async commit({ filename, ...options }: CommitOptions = {}): Promise<CommitTask> {
    await this.#transport.mustSupport('session-commit', options)
    const call = { method: 'POST', path: path`/session/${this.id}/commit`, query: { filename }, ...options }
    return new CommitTask(this.#transport, await this.#transport.request(call))
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

const apps = () => import('./session-apps.ts')
const lifecycle = () => import('./session-lifecycle.ts')
