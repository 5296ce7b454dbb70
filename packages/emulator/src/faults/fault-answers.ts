/** Whole answers in place of the cluster's: errors of the manager, pages and redirects of a proxy. */
import { Problem, type ProblemKind } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import type { PageFault, RedirectFault, StatusFault } from './fault-options.ts'

/** What the manager says with a status, where one problem is the usual one. */
const usualProblems: Readonly<Record<number, ProblemKind>> = {
  400: 'bad-request',
  401: 'auth-failed',
  403: 'forbidden',
  404: 'url-not-found',
  405: 'method-not-allowed',
  429: 'rate-limit-exceeded',
  500: 'internal-server-error',
  501: 'not-implemented',
  503: 'service-unavailable',
}

const retryHeader = (retryAfter: StatusFault['retryAfter']): Record<string, string> =>
  retryAfter === undefined
    ? {}
    : { 'Retry-After': retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter) }

export function statusAnswer({ status, retryAfter }: StatusFault, profile: Profile): Response {
  const headers = retryHeader(retryAfter)
  const usual = usualProblems[status]
  if (usual) return new Problem(usual).response(profile, headers)
  return Response.json(
    { type: 'about:blank', title: `HTTP ${status}` },
    { status, headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers } },
  )
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

/** As nginx writes it, which knows nothing of CORS. */
export function pageAnswer({ status = 502, html, retryAfter }: PageFault, now: number): Response {
  const title = `${status} ${reasons[status] ?? ''}`.trim()
  const page = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ]
  return new Response(html ?? page.join('\r\n'), {
    status,
    headers: { 'Content-Type': 'text/html', ...proxyHeaders(now), ...retryHeader(retryAfter) },
  })
}

export function redirectAnswer(
  { status = 302, location, host }: RedirectFault,
  request: Request,
  now: number,
): Response {
  const there = new URL(request.url)
  if (host !== undefined) there.host = host
  return new Response(null, { status, headers: { Location: location ?? there.href, ...proxyHeaders(now) } })
}

const proxyHeaders = (now: number): Record<string, string> => ({ Server: 'nginx', Date: new Date(now).toUTCString() })
