/** `index.ts` for pages, where bundlers find no word of Node: no directories, and the scripted kernel for all languages. */
import { type Emulator, type Platform, startEmulator } from './emulator.ts'
import type { EmulatorOptions } from './options.ts'

export type * from './index.ts'
export { demoScript } from './kernel/demo-script.ts'
export { scripted, type Script, type ScriptIO } from './kernel/scripted.ts'
export { profiles } from './profiles.ts'

const platform: Platform = {
  openDirectories: () => Promise.resolve(null),
  openFileSystem: async (_path, clock) => new (await import('./storage/memory.ts')).MemoryFileSystem(clock),
  kernels: () => async (options) => (await import('./kernel/scripted.ts')).start(options),
  terminals: async (options) => (await import('./terminal/scripted.ts')).start(options),
  appHost: async () => (await import('./apps/page-host.ts')).pageHost,
}

export const createEmulator = (options: EmulatorOptions = {}): Emulator => startEmulator(platform, options)
