/** A TCP proxy that cuts connections after so many bytes. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CuttingProxy extends AsyncDisposable {
  readonly origin: string
  /** Connections that were cut. */
  readonly cuts: number
}

/**
 * @param target where it leads.
 * @param cuts after how many bytes, in either direction, each cut comes; then none does.
 */
export async function cuttingProxy(target: URL, cuts: readonly number[]): Promise<CuttingProxy> {
  const left = [...cuts]
  const sockets = new Set<Socket>()
  let budget = left.shift() ?? Infinity
  let done = 0
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        if ((budget -= bytes.length) < 0) {
          budget = left.shift() ?? Infinity
          done++
          near.resetAndDestroy()
          far.resetAndDestroy()
        } else if (!to.write(bytes)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
      })
    }
    pass(near, far)
    pass(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return done
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
