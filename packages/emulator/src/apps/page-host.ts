/** Apps where there is neither network nor processes: they live in the page, and are reached there. */
import { type AppHost, LaunchError, noSSH, RefusedError } from './app.ts'
import { type AppConnection, connectionPair } from './connection.ts'

export const pageHost: AppHost = {
  serve(handler) {
    const connections = new Set<AppConnection>()
    let isStopped = false
    return Promise.resolve({
      port: null,
      connect() {
        if (isStopped) return Promise.reject(new RefusedError())
        const [client, server] = connectionPair()
        connections.add(server)
        handler(server)
        return Promise.resolve(client)
      },
      stop() {
        isStopped = true
        for (const connection of connections) connection.close()
        return Promise.resolve()
      },
      ended: new Promise(() => {}),
    })
  },
  run: (program) => Promise.reject(new LaunchError(`the executable file is not found: ${program.command(0)[0]}`)),
  sshd: () => Promise.reject(new LaunchError(noSSH)),
  connect: () => Promise.reject(new RefusedError()),
}
