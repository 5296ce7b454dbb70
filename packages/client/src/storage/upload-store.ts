/** Where uploads are noted, so that they go on after a reload or a crash. */
import { delay } from '@backend-ai-sdk/core'

/** Of an upload that is not complete. Its token is a secret: whoever has it may write that file until it expires. */
export interface ResumeRecord {
  url: string
  token: string
  /** Milliseconds since 1970, by the server's clock. */
  startedAt: number
}

/** Keys are made of the folder's id, the path, the size and what tells the content from other content. */
export interface ResumeStore {
  get(key: string): Promise<ResumeRecord | undefined>
  set(key: string, record: ResumeRecord): Promise<void>
  delete(key: string): Promise<void>
  /**
   * Keeps others from going on with the same upload, which up to release 26.4 would mix the bytes of both.
   *
   * @returns what gives the key free, or undefined where somebody has it.
   */
  lock?(key: string): Promise<(() => Promise<void>) | undefined>
}

/** Lasts as long as the program: an upload that failed goes on when it is made again. */
export function memoryStore(): ResumeStore {
  const records = new Map<string, ResumeRecord>()
  const locked = new Set<string>()
  return {
    get: async (key) => records.get(key),
    set: async (key, record) => void records.set(key, record),
    delete: async (key) => void records.delete(key),
    async lock(key) {
      if (locked.has(key)) return undefined
      locked.add(key)
      return async () => void locked.delete(key)
    },
  }
}

const storeName = 'uploads'

/**
 * For pages: IndexedDB, which all pages and scripts of the origin can read. Records are left behind by uploads that were
 * never completed; their tokens expire, and `indexedDB.deleteDatabase(name)` removes them.
 *
 * @param name of the database. Default `backend-ai-uploads`.
 * @example
 * await folder.upload(file.name, file, { resumeStore: indexedDBStore() })
 */
export function indexedDBStore(name = 'backend-ai-uploads'): ResumeStore {
  async function ask<T>(mode: IDBTransactionMode, question: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const opening = indexedDB.open(name, 1)
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(storeName))
    const database = await answer(opening)
    try {
      return await answer(question(database.transaction(storeName, mode).objectStore(storeName)))
    } finally {
      database.close()
    }
  }
  return {
    get: (key) => ask('readonly', (store) => store.get(key) as IDBRequest<ResumeRecord | undefined>),
    set: async (key, record) => void (await ask('readwrite', (store) => store.put(record, key))),
    delete: (key) => ask('readwrite', (store) => store.delete(key)),
    lock: (key) => lockInPages(`${name}/${key}`),
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed.')))
  })
}

/** A page that is reloaded or crashes gives its locks free. */
function lockInPages(name: string): Promise<(() => Promise<void>) | undefined> {
  const { locks } = globalThis.navigator as Partial<Navigator>
  if (!locks) return claim(name)
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, async (lock) => {
        if (!lock) return resolve(undefined)
        return new Promise<void>((free) => resolve(async () => free()))
      })
      .catch(reject)
  })
}

/** Milliseconds in which the other pages of the origin can say that they have it. */
const objectionTime = 300

/**
 * Pages that are no secure context have no locks: they ask each other, and of those that ask at once the first by name has
 * it.
 */
async function claim(name: string): Promise<(() => Promise<void>) | undefined> {
  const channel = new BroadcastChannel(`backend-ai/${name}`)
  const id = Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-')
  let isMine = false
  let isTaken = false
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
  const tell = (message: { claim: string } | { held: string }): void => channel.postMessage(message)
  channel.addEventListener('message', ({ data }: MessageEvent<{ claim?: string; held?: string }>) => {
    if (data.held === id) isTaken = true
    if (data.claim === undefined) return
    if (isMine || id < data.claim) tell({ held: data.claim })
    // Its page may not have been there to hear this one.
    else isTaken = true
  })
  tell({ claim: id })
  // In turns: where a page was busy for longer than that, objections wait behind the end of a single one.
  for (let turn = 0; turn < 10; turn++) await delay(objectionTime / 10)
  isMine = !isTaken
  if (!isMine) channel.close()
  return isMine ? async () => channel.close() : undefined
}
