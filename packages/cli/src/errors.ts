/** How failures are told: in lines for people (protocol 05 §1.8), or as JSON (§7.3, the shape of 26.8). */
import { STATUS_CODES } from 'node:http'

import {
  APIError,
  BackendAIError,
  GraphQLError,
  NetworkError,
  TimeoutError,
  type GraphQLErrorDetail,
} from '@backend-ai-sdk/client'

import type { Context } from './context.ts'
import { exitCodes, Failure } from './failures.ts'
import { statusLine } from './output.ts'

/** Tells of the failure that ended a command. @returns the exit code. */
export async function report({ host, options, output }: Context, error: unknown): Promise<number> {
  if (options.output === 'json') await output.json(errorAsJSON(error))
  else await output.writeError(statusLine('fail', describeError(error), output.stderrLook))
  if (host.env['BACKEND_DEBUG'] === '1') await output.writeError(`${stackOf(error)}\n`)
  return error instanceof Failure ? error.exitCode : exitCodes.failure
}

/** One line, and further ones that say more. */
export function describeError(error: unknown): string {
  if (error instanceof Failure) return error.message
  if (error instanceof APIError) return [...headOf(error), ...detailsOf(error)].join('\n')
  if (error instanceof GraphQLError)
    return ['BackendAPIError: 400 GraphQL-generated error', '➜ Error details:', ...error.errors.map(graphQLLine)].join(
      '\n',
    )
  // A wait that was too long is no failure of the network.
  if (error instanceof NetworkError && !(error instanceof TimeoutError && error.phase === 'total'))
    return `BackendClientError: Request to the API endpoint has failed. Check your network connection and/or the server status. ➜ ${error.message}`
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return String(error)
}

const headOf = (error: APIError): string[] => [
  `BackendAPIError: ${error.status} ${reasonPhrase(error)}`.trimEnd(),
  error.title || 'Generic Error (could not parse error string)',
]

const reasonPhrase = ({ status }: APIError): string => STATUS_CODES[status] ?? ''

function detailsOf(error: APIError): string[] {
  const slug = error.problemType.split('/').at(-1)
  const data = error.data as Record<string, unknown> | undefined
  const lines = ((): string[] => {
    if (slug === 'too-many-sessions-matched' && Array.isArray(data?.['matches']))
      return ['Candidates (up to 10 recent entries):', ...data['matches'].map(candidateLine)]
    if (slug === 'session-already-exists' && data?.['existingSessionId'])
      return [`- Existing session ID: ${textOf(data['existingSessionId'])}`]
    if (slug === 'invalid-api-params' && typeof data === 'object')
      return [
        ...(error.msg ? [`- ${error.msg}`] : []),
        ...Object.entries(data ?? {}).map(([field, value]) => `- "${field}": ${textOf(value)}`),
      ]
    // A proxy's page, or another server: what it says comes last (§1.8).
    if (!error.title && typeof error.data === 'string')
      return ['➜ This is not a Backend.AI answer.', error.data.trim()].filter(Boolean)
    // A webserver's own words, for a login that has ended too (protocol 01 §5.5).
    if (error.status === 401 && error.title === 'Unauthorized access' && /\/func\//.test(error.url))
      return ['➜ Nobody is logged in: `backend.ai login`.']
    return error.msg ? [`➜ Error details: ${error.msg}`] : []
  })()
  lines.push(...foundOut(error))
  const { agentDetails } = error
  if (!agentDetails) return lines
  const facts = [agentDetails.exception, agentDetails.title].filter(Boolean).map((fact) => `➜ ${String(fact)}`)
  return [
    ...lines,
    '➜ This is an agent-side error. Check the agent status or ask the administrator for help.',
    ...facts,
  ]
}

/** What the status does not say: storage has one for all refusals, and the client has looked. */
function foundOut({ cause, code }: APIError): string[] {
  if (!(cause instanceof APIError)) return []
  if (code === 'ERR_NOT_FOUND') return ['➜ There is no such file or directory.']
  return code === 'ERR_CONFLICT' ? ['➜ There is one of that name already.'] : []
}

const candidateLine = (match: Record<string, unknown>): string =>
  `- ${textOf(match['id'])} (${textOf(match['name'])}, ${textOf(match['status'])})`

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function graphQLLine({ message, path }: GraphQLErrorDetail): string {
  const steps = path?.map((step, index) => (typeof step === 'number' ? `[${step}]` : (index > 0 ? '.' : '') + step))
  return steps ? `${message} (path: ${steps.join('')})` : message
}

function errorAsJSON(error: unknown): object {
  if (error instanceof APIError)
    return {
      error: error.title || error.message,
      api: {
        status: error.status,
        reason: reasonPhrase(error),
        type: error.problemType,
        title: error.title,
        msg: error.msg,
        error_code: error.errorCode,
        data: error.data,
      },
    }
  if (error instanceof GraphQLError) return { error: error.message, graphql: error.errors }
  return { error: describeError(error) }
}

function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let link = error; link instanceof Error; link = link.cause) lines.push(link.stack ?? String(link))
  return lines.join('\ncaused by ') || String(error)
}

/** An `APIError` that says there is no such thing. */
export const isNotFound = (error: unknown): boolean => error instanceof BackendAIError && error.code === 'ERR_NOT_FOUND'
