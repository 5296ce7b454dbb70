/** Locks between processes: files that tell who has what, and that its owner touches for as long as it has it. */
import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'

/** Milliseconds. A lock that was not touched for longer is of nobody. */
const staleAfter = 60_000
const touchEvery = 15_000

interface Owner {
  id: string
  pid: number
  host: string
}

/** Of this process: after a crash another one may have its number, in containers it always has. */
const own = new Set<string>()

/** @returns what unlocks, or undefined where a process that lives has the lock. */
export async function lockFile(path: string): Promise<(() => Promise<void>) | undefined> {
  const unlock = await create(path)
  if (unlock || (await isHeld(path))) return unlock
  // Of those that find it abandoned, one takes it over.
  const turn = await create(`${path}.turn`)
  if (!turn) {
    if (await isOld(`${path}.turn`)) await rm(`${path}.turn`, { force: true })
    return undefined
  }
  try {
    if (await isHeld(path)) return undefined
    await rm(path, { force: true })
    return await create(path)
  } finally {
    await turn()
  }
}

/** Undefined where there is one. */
async function create(path: string): Promise<(() => Promise<void>) | undefined> {
  const owner: Owner = { id: randomUUID(), pid: process.pid, host: host() }
  own.add(owner.id)
  try {
    await using handle = await open(path, 'wx', 0o600)
    await handle.writeFile(JSON.stringify(owner))
  } catch (error) {
    own.delete(owner.id)
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const touch = (): void => void utimes(path, new Date(), new Date()).catch(() => {})
  const timer = setInterval(touch, touchEvery)
  timer.unref()
  return async () => {
    clearInterval(timer)
    // Not what another one has taken over.
    if ((await ownerOf(path))?.id === owner.id) await rm(path, { force: true })
    own.delete(owner.id)
  }
}

/** Deno tells it only with a permission. */
function host(): string {
  try {
    return hostname()
  } catch {
    return ''
  }
}

async function isHeld(path: string): Promise<boolean> {
  const owner = await ownerOf(path)
  if (!owner || own.has(owner.id)) return owner !== undefined
  const isGone = owner.host === host() && (owner.pid === process.pid || !isAlive(owner.pid))
  return !isGone && !(await isOld(path))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Undefined where there is none, nobody where it was not written yet. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    return JSON.parse(text) as Owner
  } catch {
    return { id: '', pid: 0, host: '?' }
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: -Infinity }))
  return Date.now() - mtimeMs > staleAfter
}
