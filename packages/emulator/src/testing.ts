/** What the tests of this package share: a caller that signs, and a kernel that plays. */
import type { Emulator, EmulatorOptions, EmulatorUser } from './index.ts'
import type { Kernel, KernelOptions } from './kernel/kernel.ts'
import { type Script, scripted } from './kernel/scripted.ts'

export const endpoint = 'http://127.0.0.1:8081'

const utf8 = new TextEncoder()

async function hmac(key: Uint8Array<ArrayBuffer>, message: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8.encode(message)))
}

/** Signing written here once more, from protocol 01 §2, so that verifier and signer have nothing in common. */
export async function signedHeaders(
  user: Pick<EmulatorUser, 'accessKey' | 'secretKey'>,
  method: string,
  url: URL,
  options: { version?: string; contentType?: string | null; date?: string; target?: string } = {},
): Promise<Record<string, string>> {
  const { version = 'v6.20200815', contentType = 'application/json', date = new Date().toISOString() } = options
  const text = [
    method,
    options.target ?? url.pathname + url.search,
    date,
    `host:${url.host}`,
    `content-type:${contentType ?? 'application/octet-stream'}`,
    `x-backendai-version:${version}`,
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ].join('\n')
  const day = await hmac(utf8.encode(user.secretKey), date.slice(0, 10).replaceAll('-', ''))
  const signature = await hmac(await hmac(day, url.host), text)
  const hex = Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return {
    'X-BackendAI-Date': date,
    'X-BackendAI-Version': version,
    ...(contentType === null ? {} : { 'Content-Type': contentType }),
    Authorization: `BackendAI signMethod=HMAC-SHA256, credential=${user.accessKey}:${hex}`,
  }
}

export interface Answer {
  status: number
  headers: Headers
  // Tests look into bodies of all shapes.
  body: never
}

export type Caller = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** Calls as a user of the emulator, by address. */
export function callerOf(emulator: Emulator, email = 'user@lablup.com', base = endpoint): Caller {
  const user = userOf(emulator, email)
  return async (method, path, body, headers = {}) => {
    const url = new URL(base + path)
    const response = await emulator.fetch(
      new Request(url, {
        method,
        headers: { ...(await signedHeaders(user, method, url)), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
    return readAnswer(response)
  }
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('Content-Type')?.includes('json') && text !== ''
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? (JSON.parse(text) as unknown) : text) as never,
  }
}

export function userOf(emulator: Emulator, email: string): EmulatorUser {
  const user = emulator.users.find((candidate) => candidate.email === email)
  if (!user) throw new Error(`There is no ${email}.`)
  return user
}

/** All languages are played by one script. */
export const playing = (script: Script): Pick<EmulatorOptions, 'kernels'> => ({ kernels: () => scripted(script) })

/** Prints what it is given after `print `, asks after `ask `, fails after `fail`, hangs on `hang`. */
export const simpleScript: Script = async (code, io) => {
  for (const line of code.split('\n')) {
    const [word = '', ...rest] = line.split(' ')
    const text = rest.join(' ')
    if (word === 'print') io.stdout(`${text}\n`)
    if (word === 'warn') io.stderr(`${text}\n`)
    if (word === 'ask') io.stdout(`got ${await io.input(text)}\n`)
    if (word === 'password') io.stdout(`${(await io.input(text, { isPassword: true })).length}\n`)
    if (word === 'sleep') await new Promise((resolve) => setTimeout(resolve, Number(text)))
    if (word === 'exit') return Number(text)
    if (word === 'hang') {
      await new Promise((_, reject) => {
        io.signal.addEventListener('abort', () => reject(new Error('KeyboardInterrupt')))
      })
    }
  }
  return 0
}

/** A kernel by hand, for what no script does: dying, flooding, pausing. */
export class ManualKernel implements Kernel {
  readonly fed: string[] = []
  readonly calls: string[] = []
  readonly options: KernelOptions
  paused = false

  constructor(options: KernelOptions) {
    this.options = options
  }

  runCode(code: string): void {
    this.fed.push(code)
  }

  runBatch(): void {
    this.fed.push('batch')
  }

  input(text: string): void {
    this.fed.push(`input ${text}`)
  }

  interrupt(): void {
    this.calls.push('interrupt')
  }

  complete(): Promise<string[]> {
    return Promise.resolve(['one', 'two'])
  }

  logs(): string {
    return 'the logs\n'
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  stop(): Promise<void> {
    this.calls.push('stop')
    return Promise.resolve()
  }
}
