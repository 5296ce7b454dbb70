/** What the tests share. */
import { anonymous } from './auth.ts'
import type { ClientOptions } from './config.ts'
import { createTransport } from './transport.ts'

type Handler = (request: Request) => Response | Promise<Response>

export const json = (body: unknown, init?: ResponseInit): Response => Response.json(body, init)
export const versionDocument = { version: 'v7.20230615', manager: '23.09.10' }

/** A transport whose server is a function; `GET /` is answered for it unless it does so itself. It repeats nothing unless told to. */
export function transportTo(handler: Handler, options: Partial<ClientOptions> = {}) {
  const requests: Request[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = input as Request
    requests.push(request.clone())
    return new URL(request.url).pathname === '/' && !options.apiVersion ? json(versionDocument) : handler(request)
  }
  const transport = createTransport({ endpoint: 'http://manager', auth: anonymous(), fetch, retry: false, ...options })
  return { transport, requests }
}

/** A server that never answers. The time limit may be over before it is asked: a signal tells nothing then. */
export const never = ({ signal }: Request): Promise<Response> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })

export const catchError = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('was expected to reject')
}
