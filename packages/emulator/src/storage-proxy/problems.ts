/** Problem documents of the storage proxy (protocol 03 §2.4). */
import { type Json, pythonJson } from '../formats/json.ts'
import type { Profile } from '../profiles.ts'

export interface StorageProblemFacts {
  title: string
  /** The end of its type. */
  slug: string
  code?: string
  msg?: string
  data?: Json
  /** Written by hand: the title first, and nothing said of the charset. */
  isPlain?: boolean
}

/** An answer other than success; its text never holds a token. */
export class StorageProblem extends Error {
  readonly status: number
  readonly facts: StorageProblemFacts

  constructor(status: number, facts: StorageProblemFacts) {
    super(facts.title)
    this.name = 'StorageProblem'
    this.status = status
    this.facts = facts
  }

  response(profile: Profile): Response {
    const { slug, title, code, msg, data, isPlain } = this.facts
    const type = slug.startsWith('/') ? `https://api.backend.ai/probs${slug}` : typeOf(slug)
    const document = isPlain
      ? { title, type }
      : { type, title, error_code: profile.problems.errorCode ? code : undefined, msg, data }
    const text = profile.problems.compact ? JSON.stringify(document) : pythonJson(document)
    return new Response(text, {
      status: this.status,
      headers: {
        'Content-Type': `application/problem+json${isPlain ? '' : '; charset=utf-8'}`,
        'Content-Length': lengthOf(text),
      },
    })
  }
}

const lengthOf = (text: string): string => String(new TextEncoder().encode(text).length)

const typeOf = (slug: string): string => `https://api.backend.ai/probs/storage/${slug}`

/** About parameters, by name. */
export const invalidParameters = (data: Json): StorageProblem =>
  new StorageProblem(400, { slug: 'invalid-api-params', title: 'Invalid API parameters', data })

/** About the request as such, since 25.18. */
export const badRequest = (msg: string): StorageProblem =>
  new StorageProblem(400, {
    slug: 'invalid-api-params',
    title: 'Invalid API parameters',
    code: 'storage-proxy_request_invalid-parameters',
    msg,
  })

export const fileNotFound = (): StorageProblem =>
  new StorageProblem(404, { slug: 'file-not-found', title: 'File not found', isPlain: true })

/** As aiohttp says it. */
export const plainText = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': lengthOf(text), ...headers },
  })

export const internalError = (): Response => plainText(500, '500 Internal Server Error\n\nServer got itself in trouble')
