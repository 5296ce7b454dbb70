/**
 * The official command beside ours with folders, on a real cluster of release 26.9.
 *
 *     REAL_CLUSTER_DIR=… node --conditions=backend-ai-source conformance/official-client/folders.ts [--write docs/official-client.md]
 *
 * Each cell of the table has a folder and a directory of its own. What is in them afterwards counts, not what was said.
 */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'

import { randomHex, type VFolder } from '@backend-ai-sdk/client'

import { clientOf, openTargets } from '../targets.ts'

const { values: options } = parseArgs({
  options: {
    write: { type: 'string' },
    /** Seconds, after which a process is killed. */
    limit: { type: 'string', default: '60' },
  },
})
const cluster = process.env['REAL_CLUSTER_DIR']
if (!cluster) throw new Error('REAL_CLUSTER_DIR must be the directory of real-cluster/26.9, with its official client.')
const limit = Number(options.limit) * 1000

const bin = join(import.meta.dirname, '../../packages/cli/src/bin.ts')
const contenders = {
  official: [join(cluster, 'venv/bin/backend.ai')],
  ours: [process.execPath, '--conditions=backend-ai-source', bin],
} as const

const [target] = await openTargets('real-26.9')
const { accessKey, secretKey } = target!.keys.user!
const client = clientOf(target!, 'user')

interface Ended {
  code: number | NodeJS.Signals | null
  stderr: string
  seconds: number
}

/** One folder, one directory, one command. */
class Place {
  readonly folder: VFolder
  readonly directory: string
  readonly #command: readonly string[]
  seconds = 0

  constructor(folder: VFolder, directory: string, command: readonly string[]) {
    this.folder = folder
    this.directory = directory
    this.#command = command
  }

  /** @throws what went wrong. */
  async run(...args: string[]): Promise<void> {
    const { code, stderr } = await this.start(args)
    if (code === 'SIGKILL') throw new Error(`no end within ${options.limit} s`)
    // Bars come before it, and tracebacks behind.
    const failure = stderr.split(/[\r\n]+/).find((line) => line.startsWith('✘'))
    if (code !== 0) throw new Error(failure ?? `ends with ${code}`)
  }

  async start(args: readonly string[], command = this.#command): Promise<Ended> {
    const [program, ...before] = command
    const begin = performance.now()
    const child = spawn(program!, [...before, 'vfolder', ...args], {
      cwd: this.directory,
      env: {
        PATH: process.env['PATH'],
        HOME: this.directory,
        BACKEND_ENDPOINT: target!.endpoint,
        BACKEND_ENDPOINT_TYPE: 'api',
        BACKEND_ACCESS_KEY: accessKey,
        BACKEND_SECRET_KEY: secretKey,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: limit,
      killSignal: 'SIGKILL',
    })
    const ended = new Promise<Ended['code']>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve(code ?? signal))
    })
    const [code, stderr] = await Promise.all([ended, text(child.stderr)])
    const seconds = (performance.now() - begin) / 1000
    this.seconds += seconds
    return { code, stderr, seconds }
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.directory, path)), { recursive: true })
    await writeFile(join(this.directory, path), content)
  }

  /** That a file of the folder is the same as one of the directory. */
  async compare(path: string): Promise<void> {
    const download = await this.folder.download(path).catch((error: unknown) => {
      throw new Error(`${path} is not in the folder`, { cause: error })
    })
    const hash = createHash('sha256')
    for await (const bytes of download.readable) hash.update(bytes)
    const [is, should] = [
      hash.digest('hex'),
      createHash('sha256')
        .update(await this.read(path))
        .digest('hex'),
    ]
    if (is !== should) throw new Error(`${path} has other content`)
  }

  async expectEntries(path: string, names: readonly string[]): Promise<void> {
    const entries = await this.folder.listFiles(path)
    const found = entries.map(({ name }) => name).toSorted()
    if (found.join() !== names.join()) throw new Error(`${path || 'the folder'} has ${found.join(', ') || 'nothing'}`)
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.directory, path))
  }

  async expectHere(path: string, content: string | Uint8Array): Promise<void> {
    const bytes = await readFile(join(this.directory, path)).catch(() => {
      throw new Error(`${path} was not downloaded`)
    })
    if (!bytes.equals(Buffer.from(content))) throw new Error(`${path} has other content`)
  }
}

const large = randomBytes(256 * 1024 * 1024)

interface Scenario {
  title: string
  /** @throws what is not as it should be. */
  play(place: Place): Promise<void>
}

/** To the folder by ours, for a download. */
async function seed(place: Place, path: string, content: string | Uint8Array): Promise<void> {
  const local = `seed/${path}`
  await place.put(local, content)
  const { code, stderr } = await place.start(['upload', place.folder.name, '-b', 'seed', local], contenders.ours)
  if (code !== 0) throw new Error(`the scenario cannot be set up: ${stderr}`)
  await rm(join(place.directory, 'seed'), { recursive: true })
  place.seconds = 0
}

const scenarios: Scenario[] = [
  {
    title: 'upload of three files',
    async play(place) {
      for (const path of ['a.txt', 'b.txt', 'c.txt']) await place.put(path, path)
      await place.run('upload', place.folder.name, 'a.txt', 'b.txt', 'c.txt')
      for (const path of ['a.txt', 'b.txt', 'c.txt']) await place.compare(path)
    },
  },
  {
    title: 'upload of an empty file',
    async play(place) {
      await place.put('empty', '')
      await place.run('upload', place.folder.name, 'empty')
      await place.expectEntries('', ['empty'])
    },
  },
  {
    title: 'upload of a file in a directory',
    async play(place) {
      await place.put('data/sub/a.txt', 'a')
      await place.run('upload', place.folder.name, 'data/sub/a.txt')
      await place.compare('data/sub/a.txt')
    },
  },
  {
    title: 'upload of a directory, and again',
    async play(place) {
      for (const path of ['data/a.txt', 'data/sub/b.txt']) await place.put(path, path)
      await place.run('upload', '-r', place.folder.name, 'data')
      await place.put('data/a.txt', 'changed')
      await place.run('upload', '-r', place.folder.name, 'data')
      for (const path of ['data/a.txt', 'data/sub/b.txt']) await place.compare(path)
    },
  },
  {
    title: 'upload of 256 MiB',
    async play(place) {
      await place.put('large', large)
      await place.run('upload', place.folder.name, 'large')
      await place.compare('large')
    },
  },
  {
    title: 'download of 256 MiB',
    async play(place) {
      await seed(place, 'large', large)
      await place.run('download', place.folder.name, 'large')
      await place.expectHere('large', large)
    },
  },
  {
    title: 'download of a file in a directory that is not here',
    async play(place) {
      await seed(place, 'data/a.txt', 'a')
      await place.run('download', place.folder.name, 'data/a.txt')
      await place.expectHere('data/a.txt', 'a')
    },
  },
  {
    title: 'download over a file that is here',
    async play(place) {
      await seed(place, 'a.txt', 'new')
      await place.put('a.txt', 'old')
      await place.run('download', place.folder.name, 'a.txt')
      await place.expectHere('a.txt', 'new')
    },
  },
  {
    title: 'download of an empty file',
    async play(place) {
      await seed(place, 'empty', '')
      await place.run('download', place.folder.name, 'empty')
      await place.expectHere('empty', '')
    },
  },
  {
    title: 'download of a directory',
    async play(place) {
      await seed(place, 'data/sub/a.txt', 'a')
      await place.run('download', place.folder.name, 'data')
      await place.expectHere('data/sub/a.txt', 'a')
    },
  },
]

interface Verdict {
  outcome: 'right' | 'wrong'
  text: string
}

async function judge(scenario: Scenario, command: readonly string[]): Promise<Verdict> {
  const folder = await client.vfolders.create({ name: `official-${randomHex(5)}` })
  const directory = await mkdtemp(join(tmpdir(), 'official-'))
  const place = new Place(folder, directory, command)
  try {
    await scenario.play(place)
    return { outcome: 'right', text: `${place.seconds.toFixed(2)} s` }
  } catch (error) {
    return { outcome: 'wrong', text: (error as Error).message.replaceAll('|', '/').replaceAll(directory, '.') }
  } finally {
    await rm(directory, { recursive: true })
    await folder.deleteForever()
  }
}

const lines: string[][] = [['', ...Object.keys(contenders).map((name) => `${name}, \`backend.ai vfolder\``)]]
let isRight = true
for (const scenario of scenarios) {
  const verdicts: Record<string, Verdict> = {}
  for (const [name, command] of Object.entries(contenders)) verdicts[name] = await judge(scenario, command)
  isRight &&= verdicts['ours']!.outcome === 'right'
  lines.push([
    scenario.title,
    ...Object.values(verdicts).map(({ outcome, text }) => (outcome === 'right' ? text : `**${text}**`)),
  ])
}
const [head, ...rows] = lines.map((line) => `| ${line.join(' | ')} |`)
const table = [head, `|${' --- |'.repeat(lines[0]!.length)}`, ...rows].join('\n')
console.log(table)
if (options.write) {
  const [begin, end] = ['<!-- folders.ts writes this -->', '<!-- until here: folders -->']
  const [before, , after] = (await readFile(options.write, 'utf8')).split(new RegExp(`${begin}|${end}`))
  await writeFile(options.write, `${before}${begin}\n\n${table}\n\n${end}${after}`)
}
if (!isRight) process.exitCode = 1
