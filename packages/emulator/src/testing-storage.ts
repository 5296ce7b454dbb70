/** What the tests of the storage proxy share: a cluster with a folder `data`, wherever it runs. */
import { createEmulator as createInPage } from './browser.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from './index.ts'
import { serve } from './node.ts'
import { type Caller, callerOf, endpoint } from './testing.ts'

export type Where = 'in process' | 'in a page' | 'on a socket'

const opened: AsyncDisposable[] = []

/** For `afterEach`. */
export async function closePlaces(): Promise<void> {
  for (const cluster of opened.splice(0)) await cluster[Symbol.asyncDispose]()
}

interface ListedFile {
  name: string
}

export interface Place {
  emulator: Emulator
  call: Caller
  /** At the storage proxy. */
  send: (url: string, init?: RequestInit) => Promise<Response>
  /** Of an upload or download. */
  ask: (kind: string, body: Record<string, unknown>) => Promise<string>
  put: (path: string, bytes: Uint8Array<ArrayBuffer>) => Promise<Response>
  get: (path: string, headers?: Record<string, string>, query?: string) => Promise<Response>
  files: (path?: string) => Promise<ListedFile[]>
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export async function place(where: Where, options: EmulatorOptions = {}): Promise<Place> {
  let emulator: Emulator
  let base = endpoint
  if (where === 'on a socket') {
    const cluster = await serve(options)
    opened.push(cluster)
    emulator = cluster.emulator
    base = cluster.url
  } else {
    emulator = where === 'in process' ? createEmulator(options) : createInPage(options)
    opened.push(emulator)
  }
  const send: Place['send'] = (url, init) =>
    where === 'on a socket' ? fetch(url, init) : emulator.fetch(new Request(url, init))
  const call = callerOf(emulator, 'user@lablup.com', base)
  await call('POST', '/folders', { name: 'data' })
  const ask: Place['ask'] = async (kind, body) => {
    const answer = await call('POST', `/folders/data/request-${kind}`, body)
    const { token, url } = answer.body as { token: string; url: string }
    return `${url}?token=${token}`
  }
  return {
    emulator,
    call,
    send,
    ask,
    put: async (path, bytes) => send(await ask('upload', { path, size: bytes.length }), patch(bytes)),
    get: async (path, headers = {}, query = '') =>
      send((await ask('download', { path })) + query, { headers: { 'Accept-Encoding': 'identity', ...headers } }),
    files: async (path = '') =>
      ((await call('GET', `/folders/data/files?path=${path}`)).body as { items: ListedFile[] }).items,
  }
}

export const patch = (body: BodyInit, offset: number | string = 0): RequestInit => ({
  method: 'PATCH',
  headers: { 'Upload-Offset': String(offset), 'Tus-Resumable': '1.0.0' },
  body,
})

export const offsetOf = (response: Response): number => Number(response.headers.get('Upload-Offset'))
export const namesIn = async ({ files }: Place, path = ''): Promise<string[]> =>
  (await files(path)).map((entry) => entry.name).toSorted()
