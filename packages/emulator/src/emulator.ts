/** The emulator without the machine it is on; see `index.ts` and `browser.ts`. */
import { createApp, finish, type UpgradeSlot } from './app.ts'
import type { AppHost } from './apps/app.ts'
import type { Bindings, Cluster } from './cluster.ts'
import { FaultInjection } from './faults/fault-injection.ts'
import { FaultPlan, type Faults } from './faults/faults.ts'
import { healthy } from './faults/release-faults.ts'
import type { StartKernel } from './kernel/kernel.ts'
import type { EmulatorOptions, Role } from './options.ts'
import { type Profile, profiles } from './profiles.ts'
import { routesOf } from './routes/index.ts'
import { newState } from './seed.ts'
import { Sessions } from './sessions/sessions.ts'
import type { WorkDirectory } from './sessions/work-directory.ts'
import type { ServerSocket, SocketHandler } from './sockets/sockets.ts'
import { type EmulatorWebSocketConstructor, webSocketClass } from './sockets/web-socket.ts'
import type { ClusterState } from './state.ts'
import { StorageProxy } from './storage-proxy/storage-proxy.ts'
import type { FileSystem } from './storage/file-system.ts'
import { Storage } from './storage/storage.ts'
import { Tasks } from './tasks.ts'
import type { StartTerminal } from './terminal/terminal.ts'
import { Timers } from './timers.ts'
import { createWebserver, type Webserver } from './webserver/webserver.ts'

/** An account of the cluster with all it needs to call it. */
export interface EmulatorUser {
  readonly id: string
  readonly email: string
  readonly role: Role
  readonly password: string
  readonly accessKey: string
  readonly secretKey: string
}

export interface Emulator extends AsyncDisposable {
  readonly profile: Profile
  /** The cluster's contents, to look at and to change. */
  readonly state: ClusterState
  readonly sessions: Sessions
  /** Background tasks; a test may start its own. */
  readonly tasks: Tasks
  readonly users: readonly EmulatorUser[]
  /** Faults for requests to meet; none at first. */
  readonly faults: Faults
  /** Answers a request to the manager; the host of its URL is the endpoint, whatever it is. */
  fetch(request: Request, bindings?: Bindings): Promise<Response>
  /** Lets a WebSocket in, or answers why not. */
  upgrade(request: Request, bindings?: Bindings): Promise<Response | SocketHandler>
  /** For clients in the same process. */
  readonly WebSocket: EmulatorWebSocketConstructor
  /** Where people log in, at an address of its own: `/server/login`, and the manager behind `/func`. */
  readonly webserver: Webserver
  /** Where files go and come from: another origin, which the manager names. */
  readonly storageProxy: EmulatedStorageProxy
  /** Ends all sessions, processes, sockets and timers; from then on calls fail as they do where nothing listens. */
  stop(): Promise<void>
}

export interface EmulatedStorageProxy {
  /** Its origin; `emulator.fetch` answers for it too. */
  readonly url: string
  /** Answers a request to it, whatever the host of its URL. */
  fetch(request: Request): Promise<Response>
  /** Tokens that were issued until now are over: what an upload meets that takes longer than they live. */
  expireTokens(): void
}

/** What the machine has. */
export interface Platform {
  /** Null where there are no files. */
  openDirectories(path: string | undefined): Promise<WorkDirectory | null>
  /** The place of the folders' contents, below `path` if there are directories. */
  openFileSystem(path: string | undefined, clock: () => number): Promise<FileSystem>
  readonly kernels: (language: string) => StartKernel
  readonly terminals: StartTerminal
  readonly appHost: () => Promise<AppHost>
}

export function startEmulator(platform: Platform, options: EmulatorOptions): Emulator {
  const profile = profiles[options.profile ?? '26.9']
  const timers = new Timers()
  const faults = new FaultPlan(timers)
  const steady = options.clock ?? Date.now
  const clock = (): number => steady() + faults.skew
  const state = newState(options, profile, clock())
  let opened: Promise<WorkDirectory | null> | undefined
  const directories = (): Promise<WorkDirectory | null> => {
    opened ??= platform.openDirectories(options.workDirectory)
    return opened
  }
  const storage = new Storage(() => platform.openFileSystem(options.workDirectory, clock))
  const releaseFaults = options.asReleased ? profile.faults : healthy
  const sessions = new Sessions({
    profile,
    state,
    timers,
    clock,
    kernels: options.kernels ?? platform.kernels,
    terminals: options.terminals ?? platform.terminals,
    appHost: () => platform.appHost(),
    directories,
    storage,
    agentTimeout: options.agentTimeout ?? 30_000,
    faults: releaseFaults,
  })
  const tasks = new Tasks(clock)
  const storageProxy = new StorageProxy({ profile, storage, clock, faults: releaseFaults }, options.storageProxy)
  const cluster: Cluster = {
    profile,
    state,
    sessions,
    tasks,
    timers,
    faults: releaseFaults,
    clock,
    directories,
    storage,
    storageProxy,
    hmac: options.hmac,
    policy: options.policy ?? {},
    pollTime: options.pollTime ?? 2000,
  }
  const app = createApp(cluster, routesOf(profile))
  const sockets = new Set<ServerSocket>()
  let stopping: Promise<void> | undefined

  const answer = async (request: Request, bindings: Bindings, upgrade?: UpgradeSlot): Promise<Response> => {
    const environment = upgrade ? { bindings, upgrade } : { bindings }
    return finish(request, await app.fetch(request, environment), clock())
  }

  const injection = new FaultInjection({
    plan: faults,
    profile,
    clock,
    finish: (request, response) => finish(request, response, clock()),
  })
  faults.onRestart(() => {
    for (const socket of sockets) socket.terminate()
  })

  const upgrade = (request: Request, bindings: Bindings = {}): Promise<Response | SocketHandler> =>
    injection.upgrade(request, () => open(request, bindings))
  const storageInjection = new FaultInjection({
    plan: faults,
    profile,
    clock,
    finish: (request, response) => storageProxy.finish(request, response),
  })
  const store = async (request: Request): Promise<Response> => {
    if (isStopped()) throw refusedConnection()
    return storageInjection.answer(request, async (met, losesLease) =>
      storageProxy.finish(met, await storageProxy.fetch(met, losesLease)),
    )
  }
  const fetch = async (request: Request, bindings: Bindings = {}): Promise<Response> => {
    if (storageProxy.isFor(request)) return store(request)
    if (isStopped()) throw refusedConnection()
    return injection.answer(request, (met) => answer(met, bindings))
  }
  const isStopped = (): boolean => stopping !== undefined

  async function open(request: Request, bindings: Bindings): Promise<Response | SocketHandler> {
    const slot: UpgradeSlot = {}
    const response = await answer(request, bindings, slot)
    const { handler } = slot
    if (!handler) return response
    const tracked = (socket: ServerSocket): void => track(socket, handler)
    return Object.assign(tracked, { headers: Object.fromEntries(response.headers) })
  }

  /** Sockets are open until their handler or the other side closes them, or the emulator stops. */
  function track(socket: ServerSocket, handler: SocketHandler): void {
    sockets.add(socket)
    handler(socket)
    const { onclose } = socket
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
    socket.onclose = (code, reason) => {
      sockets.delete(socket)
      onclose?.(code, reason)
    }
  }

  async function stop(): Promise<void> {
    // What they hold back must not wait for the rest.
    faults.stop()
    // Sessions first: their streams say good-bye themselves.
    await sessions.stop()
    for (const socket of sockets) socket.close(1001)
    timers.stop()
    await (await opened)?.dispose()
    await storage.dispose()
  }

  const stopOnce = (): Promise<void> => {
    stopping ??= stop()
    return stopping
  }

  const webserver = createWebserver(cluster, { fetch, upgrade }, isStopped, options.webserver)
  const emulator: Emulator = {
    profile,
    state,
    sessions,
    tasks,
    faults,
    get users() {
      return usersOf(state)
    },
    fetch,
    upgrade,
    WebSocket: webSocketClass(upgrade, isStopped),
    webserver: {
      ...webserver,
      fetch: (request) => (storageProxy.isFor(request) ? store(request) : webserver.fetch(request)),
    },
    storageProxy: {
      get url() {
        return storageProxy.url
      },
      fetch: store,
      expireTokens: () => storageProxy.expireTokens(),
    },
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  }
  plans.set(emulator, faults)
  if (options.storageProxy?.url === undefined) {
    addresses.set(emulator, (url) => {
      storageProxy.url = url
    })
  }
  return emulator
}

/** As a `fetch` fails where nothing listens: what is asked now would never come to its end. */
const refusedConnection = (): TypeError =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('The emulator was stopped.'), { code: 'ECONNREFUSED' }),
  })

const addresses = new WeakMap<Emulator, (url: string) => void>()

/** For servers of an emulator: where its storage proxy listens, if its address was not given. */
export const announceStorageProxy = (emulator: Emulator, url: string): void => addresses.get(emulator)?.(url)

const plans = new WeakMap<Emulator, FaultPlan>()

/** For servers of an emulator, whose connections are cut when it restarts. The result ends that. */
export function onRestart(emulator: Emulator, cut: () => void): () => void {
  return plans.get(emulator)?.onRestart(cut) ?? (() => {})
}

function usersOf(state: ClusterState): EmulatorUser[] {
  return [...state.users.values()].map(({ id, email, role, password, mainAccessKey }) => ({
    id,
    email,
    role,
    password,
    accessKey: mainAccessKey,
    secretKey: state.keypairs.get(mainAccessKey)?.secretKey ?? '',
  }))
}
