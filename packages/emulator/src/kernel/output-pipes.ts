/**
 * Standard output and error of a child. Node connects children by sockets, which nobody can open as `/dev/stderr`
 * (ENXIO on Linux), so there they are FIFOs, as good as the pipes of a container; elsewhere what the runtime makes.
 */
import { type ChildProcess, execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

export interface Outputs {
  /** For `spawn`: descriptors 1 and 2. */
  stdio: ('pipe' | number)[]
  /** The child has its ends. */
  handedOver(): void
  /** There is no child after all. */
  close(): void
  streams(child: ChildProcess): { stdout: Readable; stderr: Readable }
}

const made: Outputs = {
  stdio: ['pipe', 'pipe'],
  handedOver() {},
  close() {},
  streams: (child) => ({ stdout: child.stdout as Readable, stderr: child.stderr as Readable }),
}

export async function openOutputs(directory: string, path: string): Promise<Outputs> {
  const { bun, deno } = process.versions as Record<string, string | undefined>
  if (process.platform !== 'linux' || bun || deno) return made
  const paths = ['stdout', 'stderr'].map((name) => join(directory, `${name}-${randomUUID()}`))
  try {
    await promisify(execFile)('mkfifo', paths, { env: { PATH: path } })
  } catch {
    return made
  }
  const readers = paths.map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
  const writers = paths.map((path) => openSync(path, constants.O_WRONLY))
  await Promise.all(paths.map((path) => rm(path)))
  const [stdout, stderr] = readers.map((fd) => new Socket({ fd, readable: true, writable: false })) as [Socket, Socket]
  const handedOver = () => writers.splice(0).forEach((fd) => closeSync(fd))
  return {
    stdio: [...writers],
    handedOver,
    close() {
      handedOver()
      stdout.destroy()
      stderr.destroy()
    },
    streams: () => ({ stdout, stderr }),
  }
}
