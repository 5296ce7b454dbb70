/** A page that sends files to folders, is reloaded in the middle, and fetches them again. */
import type * as SDK from '../../../packages/client/src/index.ts'
import type { Check } from './checks.ts'

/** Of one account, by its password or by its keys. */
export interface UploadTarget {
  name: string
  endpoint: string
  username?: string
  password?: string
  accessKey?: string
  secretKey?: string
}

/** What a page keeps over its reload. */
interface State {
  target: number
  checks: Check[]
  /** Of the second half. */
  folder?: string
  /** Where the cluster was. */
  reached?: number
}

const mebibyte = 2 ** 20
const size = 20 * mebibyte + 123

/** For each target the page is loaded twice: until the upload stands still in the middle of a part, and from there on. */
export async function upload(sdk: typeof SDK): Promise<void> {
  const targets = JSON.parse(document.querySelector('#settings')!.textContent) as UploadTarget[]
  const state = JSON.parse(sessionStorage.getItem('state') ?? '{"target":0,"checks":[]}') as State
  const target = targets[state.target]
  // After a failure the rest has nothing to go on with.
  if (!target || state.checks.some(({ error }) => error !== undefined))
    return void (await fetch('/report', { method: 'POST', body: JSON.stringify(state.checks) }))
  const page = new Page(sdk, target, state)
  const steps = state.folder === undefined ? firstHalf(page) : secondHalf(page)
  for (const [name, run] of Object.entries(steps)) {
    const title = `${target.name}: ${name}`
    try {
      await run()
      state.checks.push({ name: title })
    } catch (error) {
      state.checks.push({ name: title, error: String(error) })
    }
  }
  sessionStorage.setItem('state', JSON.stringify(state))
  location.reload()
}

type Steps = Record<string, () => Promise<void>>

class Page {
  readonly sdk: typeof SDK
  readonly target: UploadTarget
  readonly state: State
  readonly client: SDK.Client
  /** What was said to anybody. */
  readonly told: unknown[] = []
  readonly failures: unknown[] = []
  folder!: SDK.VFolder

  constructor(sdk: typeof SDK, target: UploadTarget, state: State) {
    this.sdk = sdk
    this.target = target
    this.state = state
    const tell = (...parts: unknown[]): void => void this.told.push(parts)
    Object.assign(console, { debug: tell, info: tell, log: tell, warn: tell, error: tell })
    addEventListener('unhandledrejection', ({ reason }) => this.failures.push(reason))
    addEventListener('error', ({ message }) => this.failures.push(message))
    const { endpoint, accessKey = '', secretKey = '' } = target
    const auth = accessKey ? sdk.keypair({ accessKey, secretKey }) : sdk.cookie()
    this.client = sdk.createClient({ endpoint, auth, logLevel: 'debug' })
  }

  /** The cluster is not the page's to command: whoever opened the page does it. */
  async ask(what: 'stall' | 'stalled' | 'go-on' | 'expire' | 'lose'): Promise<void> {
    equal((await fetch(`/${this.target.name}/${what}`, { method: 'POST' })).status, 200)
  }

  /** Chosen as a user does. */
  chosenFile(): File {
    const input = document.querySelector<HTMLInputElement>('input')!
    const chosen = new DataTransfer()
    chosen.items.add(new File([content()], '데이터.bin', { lastModified: 1_700_000_000_000 }))
    input.files = chosen.files
    return input.files[0]!
  }

  start(file: File): Promise<SDK.Upload> {
    const resumeStore = this.sdk.indexedDBStore()
    return this.folder.startUpload([{ path: file.name, source: file }], { partSize: mebibyte, resumeStore })
  }

  /** @returns all that was shown. */
  async show(upload: SDK.Upload): Promise<SDK.UploadProgress[]> {
    const bar = document.querySelector('progress')!
    const shown: SDK.UploadProgress[] = []
    for await (const progress of upload) {
      bar.max = progress.total
      bar.value = progress.sent
      shown.push(progress)
      equal(progress.sent <= progress.total && progress.fileSent <= progress.fileTotal, true)
    }
    return shown
  }
}

const firstHalf = (page: Page): Steps => ({
  async 'a folder'() {
    const { username, password } = page.target
    if (username !== undefined && password !== undefined)
      equal((await page.client.auth.login({ username, password })).type, 'ok')
    page.folder = await page.client.vfolders.create({ name: `page-${Date.now()}` })
    page.state.folder = page.folder.id
  },
  async 'an upload shows progress'() {
    await page.ask('stall')
    const upload = await page.start(page.chosenFile())
    const showing = page.show(upload)
    showing.catch(() => {})
    await Promise.race([page.ask('stalled'), showing.then(() => Promise.reject(new Error('It did not stall.')))])
    const { sent = 0, total } = upload.progress ?? {}
    equal(sent > 0 && sent < size, true)
    equal(total, size)
    equal(document.querySelector('progress')!.value, sent)
    page.state.reached = sent
  },
})

const secondHalf = (page: Page): Steps => ({
  async 'it goes on after a reload'() {
    page.folder = await page.client.vfolders.get(page.state.folder!)
    await page.ask('go-on')
    const upload = await page.start(page.chosenFile())
    const [first] = await page.show(upload)
    const [{ resumedAt } = { resumedAt: 0 }] = await upload.done
    equal(first!.sent, resumedAt)
    equal(resumedAt >= page.state.reached! && resumedAt < size, true)
    equal(await digest(await (await page.folder.download('데이터.bin')).bytes()), await digest(content()))
  },
  async 'two at once send each its own, with locks and without'() {
    for (const locks of [navigator.locks, undefined]) {
      Object.defineProperty(navigator, 'locks', { value: locks, configurable: true })
      const file = page.chosenFile()
      const both = await Promise.all([page.start(file), page.start(file)])
      for (const { done } of both) equal((await done)[0]!.resumedAt, 0)
      equal(await digest(await (await page.folder.download('데이터.bin')).bytes()), await digest(content()))
    }
    Reflect.deleteProperty(navigator, 'locks')
  },
  async 'nothing is left of it'() {
    const opening = indexedDB.open('backend-ai-uploads')
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const counting = opening.result.transaction('uploads').objectStore('uploads').count()
    await new Promise((resolve) => counting.addEventListener('success', resolve))
    equal(counting.result, 0)
    opening.result.close()
  },
  async 'small files'() {
    const texts = { 'empty.txt': '', '한글 파일 #1?.txt': '가나다\n', 'x.txt': 'plain\n', 'd/e/f.txt': 'deep' }
    for (const [path, text] of Object.entries(texts)) {
      const shown: SDK.UploadProgress[] = []
      await page.folder.upload(path, new File([text], path), { onProgress: (progress) => shown.push(progress) })
      equal(shown.at(-1)?.filesDone, 1)
    }
    // What aiohttp would serve in place of its sibling.
    const packed = new Response(new Blob(['packed']).stream().pipeThrough(new CompressionStream('gzip')))
    await page.folder.upload('x.txt.gz', await packed.blob())
    for (const [path, text] of Object.entries(texts)) equal(await (await page.folder.download(path)).text(), text)
  },
  async 'a directory as an archive'() {
    const archive = await (await page.folder.downloadArchive('d')).bytes()
    const text = new TextDecoder('latin1').decode(archive)
    equal(text.startsWith('PK') && text.includes('e/f.txt'), true)
  },
  async 'a refusal that cannot be read: an expired token'() {
    const upload = await page.start(page.chosenFile())
    for await (const { sent } of upload) {
      if (sent === 0) continue
      upload.pause()
      await page.ask('expire')
      upload.resume()
      break
    }
    await page.show(upload)
    equal((await upload.done)[0]!.resumedAt, 0)
    equal(await digest(await (await page.folder.download('데이터.bin')).bytes()), await digest(content()))
  },
  async 'an answer that is lost: the file is there, and is not sent again'() {
    await page.ask('lose')
    const requests = uploads().length
    await page.folder.upload('lost.txt', 'once')
    equal(await (await page.folder.download('lost.txt')).text(), 'once')
    equal(new Set(uploads().slice(requests)).size, 1)
  },
  async 'an abort gives the reason of its signal'() {
    const reason = new Error('enough')
    const leaving = new AbortController()
    const onProgress = ({ sent }: SDK.UploadProgress): void => {
      if (sent > 0) leaving.abort(reason)
    }
    const options = { partSize: mebibyte, onProgress, signal: leaving.signal }
    equal((await failure(page.folder.upload('left.bin', content(), options))) === reason, true)
  },
  async 'no token is kept or told'() {
    const { folder, client } = page
    const failures = [
      folder.download('no/such.txt'),
      folder.downloadArchive('no/such'),
      folder.upload('d', 'a file in place of a directory'),
      folder.upload('late.bin', content(), { timeout: 1 }),
    ].map(failure)
    for (const error of await Promise.all(failures)) {
      equal(error instanceof page.sdk.BackendAIError, true)
      page.told.push(...causes(error))
    }
    equal(page.told.length > 10, true)
    equal(localStorage.length, 0)
    equal(String(page.failures), '')
    const told = JSON.stringify([
      page.told,
      Object.entries(sessionStorage),
      page.state,
      document.cookie,
      document.body.innerText,
    ])
    const { password, secretKey } = page.target
    const tokens = uploads()
    equal(tokens.length > 3, true)
    for (const secret of [password, secretKey, ...tokens]) equal(secret !== undefined && told.includes(secret), false)
    await folder.delete()
    if (password !== undefined) await client.auth.logout()
    page.state.target++
    delete page.state.folder
  },
})

/** The tokens of all requests for uploads, which a browser keeps with their addresses. */
const uploads = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ pathname }) => pathname === '/upload')
    .map(({ searchParams }) => searchParams.get('token')!)

/** An error in all the words that it has. */
function causes(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [String(error)]
  return [String(error), JSON.stringify(error), error.stack, ...causes(error.cause ?? '')]
}

/** The same after a reload; no part is like another. */
function content(): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4))
  let word = 1
  for (let at = 0; at < words.length; at++) words[at] = word = Math.imul(word, 1_664_525) + 1_013_904_223
  return new Uint8Array(words.buffer, 0, size)
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return String(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`)
}
