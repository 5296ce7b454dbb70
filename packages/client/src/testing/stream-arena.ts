/**
 * The cluster's side of the fault tables: programs of any runtime ask it, over HTTP, for a scene of their own, and let
 * the fault come when their stream is there.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import { keypair } from '@backend-ai-sdk/core'
import { demoScript, scripted, type Script } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'

import { createClient, type Client } from '../client.ts'
import { happeningOf, sections, type Column, type Row, type Section } from './stream-faults.ts'

/** Which cell of which table. */
export interface Cell {
  section: number
  row: number
  column: number
}

/** What a stream needs of its cluster. */
export interface SceneFacts {
  id: number
  endpoint: string
  accessKey: string
  secretKey: string
  sessionId: string
  taskId: string
}

export interface Arena extends AsyncDisposable {
  /** Takes `POST /open` with a {@link Cell}, `/within` and `/close` with an id. */
  readonly url: string
}

/** More than there is: such a session waits, and costs nothing. */
const tooMany = { cpu: 999, mem: '1g' }

/** Prints until it is interrupted. */
const ticking: Script = async (_code, io) => {
  while (!io.signal.aborted) {
    io.stdout('tick\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

class Scene implements AsyncDisposable {
  readonly #cluster: ServedEmulator
  readonly #client: Client
  readonly #row: Row
  readonly #column: Column
  readonly #task: ReturnType<ServedEmulator['emulator']['tasks']['start']>
  readonly #sessionId: string
  #ticks: ReturnType<typeof setInterval> | undefined
  readonly #ends = new Set<ReturnType<typeof setTimeout>>()

  static async open(section: Section, row: Row, column: Column): Promise<Scene> {
    const { name } = section
    const cluster = await serve({
      profile: column.profile,
      kernels: () => scripted(column.name.includes('run()') ? ticking : demoScript()),
      policy: { concurrentSessions: 10_000, containersPerSession: 1 },
      capacity: { cpu: 10, mem: '10g' },
    })
    const client = createClient({
      endpoint: cluster.url,
      auth: keypair(cluster.emulator.users.find(({ role }) => role === 'user')!),
    })
    // What sockets belong to runs; the other one waits, and is cancelled.
    const [image, slots] = name === 'sockets' ? ['node', { cpu: 1, mem: '320m' }] : ['shell', tooMany]
    const session = await client.sessions.create({ image, slots }, { wait: name === 'sockets' })
    return new Scene(cluster, client, session.id, row, column)
  }

  private constructor(cluster: ServedEmulator, client: Client, sessionId: string, row: Row, column: Column) {
    this.#cluster = cluster
    this.#client = client
    this.#sessionId = sessionId
    this.#row = row
    this.#column = column
    this.#task = cluster.emulator.tasks.start()
    if (!this.#happening?.within) this.#happen()
  }

  facts(id: number): SceneFacts {
    const { accessKey, secretKey } = this.#cluster.emulator.users.find(({ role }) => role === 'user')!
    if (this.#column.match.path.test('/events/')) this.#tell()
    return {
      id,
      endpoint: this.#cluster.url,
      accessKey,
      secretKey,
      sessionId: this.#sessionId,
      taskId: this.#task.id,
    }
  }

  /** The stream is there. */
  within(): void {
    // Well after `waitFor()` has begun to listen.
    if (this.#column.name.includes('waitFor')) this.#ends.add(setTimeout(() => this.#endSession(), 1500))
    if (this.#happening?.within) this.#happen()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticks)
    for (const timer of this.#ends) clearTimeout(timer)
    await this.#cluster.close()
  }

  get #happening() {
    return happeningOf(this.#row, this.#column)
  }

  #happen(): void {
    const { fault } = this.#happening ?? {}
    if (fault)
      this.#cluster.faults.inject(
        fault.kind === 'restart' ? fault : ({ ...fault, match: this.#column.match } as typeof fault),
      )
    else {
      if (!this.#column.name.includes('waitFor')) this.#endSession()
      this.#task.finish()
    }
  }

  #endSession(): void {
    const { sessions } = this.#cluster.emulator
    sessions.end(sessions.get(this.#sessionId)!, 'user-requested')
  }

  /** Lets events happen, again and again. */
  #tell(): void {
    let steps = 0
    this.#ticks = setInterval(() => {
      this.#task.progress({ current: steps++ })
      void this.#client.sessions.create({ image: 'shell', slots: tooMany }, { wait: false }).catch(() => {})
    }, 100)
  }
}

export async function openArena(): Promise<Arena> {
  const scenes = new Map<number, Scene>()
  let count = 0

  async function answer(path: string | undefined, request: unknown): Promise<unknown> {
    if (path === '/open') {
      const { section, row, column } = request as Cell
      const { rows, columns } = sections[section]!
      const scene = await Scene.open(sections[section]!, rows[row]!, columns[column]!)
      scenes.set(++count, scene)
      return scene.facts(count)
    }
    const id = request as number
    if (path === '/within') scenes.get(id)!.within()
    else {
      await scenes.get(id)![Symbol.asyncDispose]()
      scenes.delete(id)
    }
    return null
  }

  const server = createServer((request, response) => {
    void (async () => {
      try {
        const result = await answer(request.url, await readJSON(request))
        response.end(JSON.stringify(result))
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await Promise.all([...scenes.values()].map((scene) => scene[Symbol.asyncDispose]()))
    },
  }
}

async function readJSON(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return JSON.parse(text)
}
