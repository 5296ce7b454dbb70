/** The webserver's own problem documents: a type, a title, and since 25.8 a code (observed 23.9.10 and 26.9.6). */
import { pythonJson } from '../formats/json.ts'
import type { Profile } from '../profiles.ts'

const kinds = {
  'auth-failed': { status: 401, title: 'Unauthorized access' },
  'generic-bad-request': { status: 400, title: 'Bad request.' },
  'invalid-api-params': { status: 400, title: 'Missing or invalid API parameters.' },
  'too-many-requests': { status: 429, title: 'Too many failed login attempts.' },
  'url-not-found': { status: 404, title: 'Unknown URL path.' },
  'bad-gateway': { status: 502, title: 'The proxy target server is inaccessible.', code: 'api_request_unreachable' },
} as const satisfies Record<string, { status: number; title: string; code?: string }>

export function webserverProblem(profile: Profile, kind: keyof typeof kinds, title?: string): Response {
  const known: { status: number; title: string; code?: string } = kinds[kind]
  const document = {
    type: `https://api.backend.ai/probs/${kind}`,
    title: title ?? known.title,
    ...(known.code !== undefined && profile.problems.errorCode && { error_code: known.code }),
  }
  return new Response(profile.problems.compact ? JSON.stringify(document) : pythonJson(document), {
    status: known.status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
  })
}
