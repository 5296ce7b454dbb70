/** What needs sockets of the system: Node, Deno and Bun. */
export { listen, type AppListener, type ListenOptions } from './node/app-listener.ts'
