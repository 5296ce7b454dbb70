/** Terminals of Node, Deno and Bun; a page takes `scripted.ts` alone. What a terminal needs is loaded when one is opened. */
import process from 'node:process'

import type { StartTerminal } from './terminal.ts'

/** A real one where the machine has it, else the scripted one. */
export const startTerminal: StartTerminal = async (options) => {
  const start = process.platform === 'win32' ? null : await findReal()
  return (start ?? (await import('./scripted.ts')).start)(options)
}

async function findReal(): Promise<StartTerminal | null> {
  if ('bun' in process.versions) return (await import('./bun.ts')).start
  try {
    return (await import('./node-pty.ts')).start
  } catch {
    // The optional peer is not installed, or has no binary for this machine.
    return null
  }
}
