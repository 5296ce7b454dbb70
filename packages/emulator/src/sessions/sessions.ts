/** The sessions of a cluster and their lives: from the queue to a running kernel to the end. */
import type { AppHost } from '../apps/app.ts'
import { definitionOf } from '../apps/definitions.ts'
import { Services } from '../apps/services.ts'
import type { ReleaseFaults } from '../faults/release-faults.ts'
import type { Kernel, StartKernel } from '../kernel/kernel.ts'
import type { Profile, SessionStatus } from '../profiles.ts'
import { newHex, newUUID } from '../random.ts'
import type { ClusterState } from '../state.ts'
import type { Storage } from '../storage/storage.ts'
import { dotfilesFor, dotfileText } from '../templates/dotfiles.ts'
import { SharedTerminal } from '../terminal/shared-terminal.ts'
import type { StartTerminal } from '../terminal/terminal.ts'
import type { Timers } from '../timers.ts'
import { CodeRunner, noCommands, type RunResult } from './code-runner.ts'
import { place } from './scheduler.ts'
import { mountFolders } from './session-mounts.ts'
import {
  environment,
  isLive,
  kernelsOf,
  mainKernel,
  type ServicePort,
  type Session,
  type SessionSpec,
} from './session.ts'
import type { WorkDirectory } from './work-directory.ts'

/** Between two statuses. A real scheduler takes seconds. */
const tick = 2

/** Milliseconds in which a session can be destroyed before the scheduler sees it, and in which that seems to have worked. */
const earlyDestroy = { possible: 100, believed: 1000 }

/** Said after a status change and after the result of a batch session. */
export interface SessionEvent {
  type: 'status' | 'result'
  session: Session
  status: SessionStatus
  /** Of the vocabulary of protocol 02 §2.4; empty where there is none. */
  reason: string
}

export interface SessionsOptions {
  profile: Profile
  state: ClusterState
  timers: Timers
  clock: () => number
  kernels: (language: string) => StartKernel | Promise<StartKernel>
  terminals: StartTerminal
  appHost: () => Promise<AppHost>
  /** Null where there is no file system. */
  directories: () => Promise<WorkDirectory | null>
  storage: Storage
  agentTimeout: number
  faults: ReleaseFaults
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #all = new Map<string, Session>()
  readonly #listeners = new Set<(event: SessionEvent) => void>()
  #nextPort = 30_721
  #scheduled = false
  #stopped = false

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** All that ever were, the oldest first. */
  all(): IterableIterator<Session> {
    return this.#all.values()
  }

  get(id: string): Session | undefined {
    return this.#all.get(id)
  }

  /** Told of every event; the result ends that. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  enqueue(spec: SessionSpec): Session {
    const { profile, clock } = this.#options
    const now = clock()
    const id = newUUID()
    const session: Session = {
      id,
      spec,
      status: 'PENDING',
      statusInfo: null,
      statusData: null,
      history: new Map([['PENDING', now]]),
      statusChanged: null,
      createdAt: now,
      startedAt: null,
      terminatedAt: null,
      result: 'UNDEFINED',
      exitCode: null,
      kernels: kernelsOf(spec, profile, id),
      servicePorts: null,
      agent: null,
      queries: 0,
      tries: 0,
      dotfiles: dotfilesFor(this.#options.state, spec),
      home: '',
      runner: null,
      terminal: null,
      services: null,
      starting: Promise.resolve(),
      ending: null,
      finalLogs: '',
    }
    this.#all.set(id, session)
    this.#emit({ type: 'status', session, status: 'PENDING', reason: 'user-requested' })
    this.#schedule(this.#options.faults.losesEarlyDestroy ? earlyDestroy.possible : tick)
    return session
  }

  /** True when it left the queue, to run or to end; false when the time was up. Null waits without limit. */
  left(session: Session, milliseconds: number | null): Promise<boolean> {
    const waits = (): boolean => isLive(session) && session.status !== 'RUNNING' && session.status !== 'TERMINATING'
    if (!waits()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = (left: boolean): void => {
        cancel()
        off()
        resolve(left)
      }
      const off = this.onEvent((event) => {
        if (event.session === session && !waits()) settle(true)
      })
      const cancel = milliseconds === null ? () => {} : this.#options.timers.after(milliseconds, () => settle(false))
    })
  }

  /** Begins its end; what becomes of it settles in `session.ending`. */
  end(session: Session, reason: string): 'cancelled' | 'terminated' {
    if (session.status === 'PENDING') {
      session.statusInfo = reason
      session.terminatedAt = this.#options.clock()
      session.ending = Promise.resolve()
      this.#set(session, 'CANCELLED', reason)
      if (this.#options.faults.losesEarlyDestroy && session.tries === 0) this.#forgetDestroy(session)
      return 'cancelled'
    }
    session.ending ??= this.#terminate(session, reason)
    return 'terminated'
  }

  /** A new kernel in the same directory; runs that hang are gone with the old one. */
  async restart(session: Session): Promise<void> {
    this.#set(session, 'RESTARTING', 'user-requested')
    const old = session.runner
    session.runner = null
    session.finalLogs += old?.logs() ?? ''
    await Promise.all([old?.stop(), session.terminal?.restart(), session.services?.reset()])
    if (session.status !== 'RESTARTING') return
    session.starting = this.#openKernel(session).catch(() => {
      session.statusInfo = 'failed-to-start'
      this.#set(session, 'ERROR', 'failed-to-start')
    })
    await session.starting
    if ((session.status as SessionStatus) === 'RESTARTING') this.#set(session, 'RUNNING', '')
  }

  logs(session: Session): string {
    return session.finalLogs + (session.runner?.logs() ?? '')
  }

  /** Ends all; nothing of any session is left afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const session of this.#all.values()) if (isLive(session)) this.end(session, 'force-terminated')
    await Promise.all([...this.#all.values()].flatMap((session) => session.ending ?? []))
    this.#listeners.clear()
  }

  #emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #set(session: Session, status: SessionStatus, reason: string): void {
    const now = this.#options.clock()
    session.status = status
    session.statusChanged = now
    session.history.set(status, now)
    this.#emit({ type: 'status', session, status, reason })
  }

  /** Looks at the queue a moment later, once for many calls. */
  #schedule(delay = tick): void {
    if (this.#scheduled || this.#stopped) return
    this.#scheduled = true
    this.#options.timers.after(delay, () => {
      this.#scheduled = false
      this.#tryQueue()
    })
  }

  #tryQueue(): void {
    const now = this.#options.clock()
    const queue = [...this.#all.values()].filter((session) => session.status === 'PENDING')
    queue.sort((left, right) => right.spec.priority - left.spec.priority)
    let reserved = Infinity
    for (const session of queue) {
      const { state, profile } = this.#options
      const agent = place(session, { state, profile, sessions: [...this.#all.values()], now })
      if (agent) {
        session.agent = agent.id
        session.starting = this.#start(session)
      }
      const { startsAt } = session.spec
      if (!agent && startsAt !== null && startsAt > now) reserved = Math.min(reserved, startsAt - now)
    }
    // The clock may be another than the timers', so look again at least once a second.
    if (reserved < Infinity) this.#schedule(Math.min(reserved, 1000))
  }

  /** The scheduler had taken it before the destroy was written, and writes its own status over that. */
  #forgetDestroy(session: Session): void {
    this.#options.timers.after(earlyDestroy.believed, () => {
      if (this.#stopped) return
      const { statusInfo, terminatedAt, ending } = session
      Object.assign(session, { status: 'PENDING', statusInfo: null, terminatedAt: null, ending: null })
      this.#tryQueue()
      // Where there is no room for it, the destroy was not too early after all.
      if (session.status === 'PENDING')
        Object.assign(session, { status: 'CANCELLED', statusInfo, terminatedAt, ending })
    })
  }

  async #start(session: Session): Promise<void> {
    const { profile, timers, clock } = this.#options
    try {
      session.statusInfo = profile.sessions.explainsWaiting ? '' : null
      session.statusData = profile.sessions.explainsWaiting ? {} : null
      for (const status of profile.sessions.walk) {
        this.#set(session, status, status === 'SCHEDULED' ? 'triggered-by-scheduler' : '')
        await timers.sleep(tick)
        if (session.status !== status) return
      }
      await this.#openKernel(session)
      const ofKeypair = this.#options.state.bootstrapScripts.get(session.spec.owner.keypair.accessKey)
      const bootstrapScript = session.spec.bootstrapScript ?? ofKeypair
      if (bootstrapScript) await this.#runCommand(session, 'bootstrap', bootstrapScript)
      if (session.ending) return
      session.servicePorts = this.#servicePorts(session)
      session.startedAt = clock()
      this.#set(session, 'RUNNING', '')
      if (session.spec.type === 'batch') void this.#runBatchJob(session)
    } catch (error) {
      if (session.ending) return
      session.statusInfo = 'failed-to-start'
      const { name, message } = error instanceof Error ? error : new Error('Unknown error')
      session.statusData = { error: { src: 'agent', name, repr: `${name}('${message}')` } }
      await this.#clean(session)
      this.#set(session, 'ERROR', 'failed-to-start')
      this.#schedule()
    }
  }

  async #openKernel(session: Session): Promise<void> {
    const { kernels, directories, timers, agentTimeout, faults, profile } = this.#options
    const work = await directories()
    if (!session.home && work) {
      session.home = await work.create(session.id)
      await mountFolders(session.spec.folderMounts, this.#options.storage, work, session.home)
      for (const { path, data, permission } of session.dotfiles) {
        await work.place(session.home, path, dotfileText(data, profile.sessions.dotfileLines), permission)
      }
      await work.placeKey(session.home)
    }
    const start = await kernels(session.spec.image.language)
    let runner: CodeRunner | undefined
    const kernel: Kernel = await start({
      home: session.home,
      environment: environment(session),
      interactiveShell: faults.parsesHTML,
      onMessage: (message) => runner?.receive(message),
      onExit: () => {
        runner?.vanish()
        // Restarts and ends take the runner away first; otherwise it died by itself.
        if (runner && session.runner === runner && !session.ending) this.end(session, 'self-terminated')
      },
    })
    runner = new CodeRunner(kernel, timers, agentTimeout, faults)
    session.runner = runner
    const place = { home: session.home, environment: environment(session), timers, terminals: this.#options.terminals }
    session.terminal ??= new SharedTerminal({ ...place, start: place.terminals })
    session.services ??= new Services({ ...place, directories, host: await this.#options.appHost() })
    mainKernel(session).containerId ??= newHex(32)
  }

  /** Runs a shell command to its end, outside of any client's run. */
  async #runCommand(session: Session, runId: string, command: string): Promise<RunResult | null> {
    const { runner } = session
    if (!runner) return null
    let result: RunResult
    let mode: 'batch' | 'continue' = 'batch'
    do {
      result = await runner.execute(
        { mode, code: '', runId, commands: { ...noCommands, exec: command }, isJob: true },
        2000,
      )
      mode = 'continue'
    } while (result.status !== 'finished')
    return result
  }

  /** Protocol 02 §3.5. */
  async #runBatchJob(session: Session): Promise<void> {
    const job = await this.#runCommand(session, 'batch-job', session.spec.startupCommand ?? '')
    if (!job || session.ending) return
    session.exitCode = job.exitCode
    session.result = job.exitCode === 0 ? 'SUCCESS' : 'FAILURE'
    const reason = job.exitCode === 0 ? 'task-done' : 'task-failed'
    this.#emit({ type: 'result', session, status: session.status, reason })
    this.end(session, job.exitCode === 0 ? 'task-finished' : this.#options.profile.sessions.failedReason)
  }

  async #terminate(session: Session, reason: string): Promise<void> {
    session.statusInfo = reason
    // After the caller's turn, so that `session.ending` is set when the listeners hear of it.
    await Promise.resolve()
    this.#set(session, 'TERMINATING', reason)
    await session.starting
    await this.#clean(session)
    session.terminatedAt = this.#options.clock()
    this.#set(session, 'TERMINATED', reason)
    this.#schedule()
  }

  async #clean(session: Session): Promise<void> {
    const { runner, terminal, services, home } = session
    session.runner = session.terminal = session.services = null
    if (runner) session.finalLogs += runner.logs()
    await Promise.all([runner?.stop(), terminal?.stop(), services?.stop()])
    if (home) {
      session.home = ''
      const work = await this.#options.directories()
      await work?.remove(home)
    }
  }

  /** sshd and ttyd come with every session, then the opened ports, then those of the image (observed 23.9.10). */
  #servicePorts(session: Session): ServicePort[] {
    const port = (name: string, protocol: string, ports: number[]): ServicePort => {
      const { urlTemplate, allowedArguments, allowedEnviron } = definitionOf(name) ?? {}
      return {
        name,
        protocol,
        containerPorts: ports,
        hostPorts: ports.map(() => this.#nextPort++),
        ...(urlTemplate === undefined ? {} : { urlTemplate }),
        ...(allowedArguments ? { allowedArguments } : {}),
        ...(allowedEnviron ? { allowedEnviron } : {}),
      }
    }
    const label = session.spec.image.labels['ai.backend.service-ports'] ?? ''
    const ofImage = label.split(',').flatMap((entry) => {
      const [name = '', protocol = '', number = ''] = entry.split(':')
      return name && protocol !== 'pty' ? [port(name, protocol, [Number(number)])] : []
    })
    const opened = session.spec.preopenPorts.map((number) => port(String(number), 'preopen', [number]))
    return [port('sshd', 'tcp', [2200]), port('ttyd', 'http', [7681]), ...opened, ...ofImage]
  }
}
