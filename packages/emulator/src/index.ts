/** A local Backend.AI cluster that answers the protocol and runs code; for Node, Deno and Bun. */
import { type Emulator, type Platform, startEmulator } from './emulator.ts'
import type { EmulatorOptions } from './options.ts'

export type { Bindings } from './cluster.ts'
export type { EmulatedStorageProxy, Emulator, EmulatorUser } from './emulator.ts'
export type {
  BadEventFault,
  ClockSkewFault,
  CutFault,
  FaultMatch,
  FaultOptions,
  GarbageFault,
  HalfOpenFault,
  LargeMessageFault,
  LeaseLostFault,
  PageFault,
  RedirectFault,
  RefuseFault,
  RestartFault,
  SlowFault,
  StallFault,
  StatusFault,
} from './faults/fault-options.ts'
export type { Fault, Faults } from './faults/faults.ts'
export type { HmacFunction } from './auth/hmac.ts'
export type { EmulatorOptions, ImageOptions, PolicyOptions, Role, UserOptions } from './options.ts'
export type { Profile, ProfileName } from './profiles.ts'
export type { Session } from './sessions/session.ts'
export type { SessionEvent, Sessions } from './sessions/sessions.ts'
export type { ServerSocket, SocketHandler } from './sockets/sockets.ts'
export type { ClusterState } from './state.ts'
export type { StorageProxyOptions } from './storage-proxy/storage-proxy.ts'
export type { StartTerminal, Terminal, TerminalOptions, TerminalSize } from './terminal/terminal.ts'
export type { Task, TaskEvent, Tasks, TaskStatus, TaskSteps } from './tasks.ts'
export type { EmulatorWebSocket, EmulatorWebSocketConstructor, WebSocketOptions } from './sockets/web-socket.ts'
export { demoScript } from './kernel/demo-script.ts'
export { scripted, type Script, type ScriptIO } from './kernel/scripted.ts'
export { profiles } from './profiles.ts'

const platform: Platform = {
  openDirectories: async (path) => (await import('./sessions/work-directory.ts')).openWorkDirectory(path),
  openFileSystem: async (path) => (await import('./storage/disk.ts')).openDisk(path),
  kernels: (language) => async (options) => (await import('./kernel/index.ts')).startKernel(language, options),
  terminals: async (options) => (await import('./terminal/index.ts')).startTerminal(options),
  appHost: async () => (await import('./apps/node-host.ts')).nodeHost,
}

export const createEmulator = (options: EmulatorOptions = {}): Emulator => startEmulator(platform, options)
