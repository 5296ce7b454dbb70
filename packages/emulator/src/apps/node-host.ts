/** Apps on Node, Deno and Bun: they listen on the loopback interface, at ports of their own. */
import { access, constants } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

import { ProcessGroup } from '../kernel/process-group.ts'
import { type AppHost, LaunchError, type Program, RefusedError, type RunningApp } from './app.ts'
import type { AppConnection } from './connection.ts'

const loopback = '127.0.0.1'
/** Milliseconds until a program listens, as the runner waits; and between two looks. */
const launchLimit = 10_000
const lookEvery = 50

export const nodeHost: AppHost = {
  async serve(handler) {
    const sockets = new Set<Socket>()
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      handler(connectionOf(socket))
    })
    await listen(server)
    const { port } = server.address() as AddressInfo
    return {
      port,
      connect: () => connectTo(port),
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          for (const socket of sockets) socket.destroy()
        }),
      ended: new Promise(() => {}),
    }
  },
  run,
  sshd: async (place) => (await import('./sshd.ts')).launchSshd(place),
  connect: connectTo,
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, loopback, () => {
      server.off('error', reject)
      resolve()
    })
  })

async function run(program: Program): Promise<RunningApp> {
  const port = await freePort()
  const [name = '', ...parameters] = program.command(port)
  const path = await find(name, program.environment['PATH'])
  if (path === null) throw new LaunchError(`the executable file is not found: ${name}`)
  const group = await ProcessGroup.create({ home: program.home, environment: program.environment })
  try {
    const { child, stdout, stderr } = await group.spawn(path, parameters)
    stdout.resume()
    stderr.resume()
    const state = { isOver: false }
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        state.isOver = true
        resolve()
      })
    })
    await opened(port, name, state)
    // What it leaves in the background ends with it.
    void ended.then(() => group.stop())
    return { port, connect: () => connectTo(port), stop: () => group.stop(), ended }
  } catch (error) {
    await group.stop()
    throw error instanceof LaunchError ? error : new LaunchError(String(error))
  }
}

async function opened(port: number, name: string, state: { isOver: boolean }): Promise<void> {
  const limit = Date.now() + launchLimit
  for (;;) {
    const connection = await connectTo(port).catch(() => null)
    connection?.close()
    if (connection) return
    if (state.isOver) throw new LaunchError(`the process did not start properly: ${name}`)
    if (Date.now() > limit) throw new LaunchError(`opening the service port timed out: ${name}`)
    await new Promise((resolve) => setTimeout(resolve, lookEvery))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await listen(server)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function find(name: string, path = process.env['PATH'] ?? ''): Promise<string | null> {
  if (name.startsWith('/')) return name
  for (const directory of [...path.split(':'), '/usr/sbin', '/sbin']) {
    const candidate = join(directory || '.', name)
    try {
      await access(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not there.
    }
  }
  return null
}

function connectTo(port: number): Promise<AppConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: loopback, noDelay: true })
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(error.code === 'ECONNREFUSED' ? new RefusedError('', { cause: error }) : error)
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      resolve(connectionOf(socket))
    })
  })
}

function connectionOf(socket: Socket): AppConnection {
  const connection: AppConnection = {
    ondata: null,
    ondrain: null,
    onend: null,
    write: (bytes) => socket.destroyed || socket.write(bytes),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.destroySoon(),
  }
  socket.pause()
  socket.on('data', (bytes: Buffer) => connection.ondata?.(bytes))
  socket.on('drain', () => connection.ondrain?.())
  // A FIN of the other side is the end of both: nobody tells half of it (protocol 02 §4.5).
  socket.on('end', () => connection.close())
  socket.on('close', () => connection.onend?.())
  // `close` follows.
  socket.on('error', () => {})
  return connection
}
