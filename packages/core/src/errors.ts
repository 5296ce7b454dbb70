/**
 * The errors of the SDK (docs/errors.md lists them with remedies).
 *
 * Messages state facts and never hold keys, cookies, tokens, query strings or request bodies.
 */

const brand = '@backend-ai-sdk/error'

/** May the same call be made again? `unknown`: the server may or may not have carried it out. */
export type Retryable = boolean | 'unknown'

export interface ErrorFacts extends ErrorOptions {
  retryable?: Retryable
}

/** Base of every error of the SDK, never thrown itself. Tell errors apart by class or by {@link code}. */
export abstract class BackendAIError extends Error {
  // A static text, because a minifier renames classes.
  static override readonly name: string = 'BackendAIError'

  /** The class name as a constant, `ERR_NOT_FOUND`; stable, unlike the text of `message`. */
  readonly code: string
  readonly retryable: Retryable
  /** How often the call was sent. */
  readonly attempts: number = 1

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.name = new.target.name
    this.code = `ERR_${this.name
      .slice(0, -5)
      .replaceAll(/(?<=[a-z])[A-Z]/g, '_$&')
      .toUpperCase()}`
    this.retryable = facts.retryable ?? false
    Object.defineProperty(this, Symbol.for(brand), { value: true })
    // A structured clone keeps of the class only what stands here (isBackendAIError reads it).
    if (this.stack) this.stack = this.stack.replace(/^\w+/, `${this.name} [${this.code}]`)
  }

  /** Message, code and facts as plain data, for logs and `postMessage`; without cause and stack. */
  toJSON(): Record<string, unknown> {
    return { ...(this as object), message: this.message }
  }
}

/** True for errors of any copy of this SDK, also as their `toJSON()` or after a structured clone (V8 only). */
export function isBackendAIError(value: unknown): value is BackendAIError {
  if (typeof value !== 'object' || value === null) return false
  if (Symbol.for(brand) in value) return true
  const { code, stack } = value as { code?: unknown; stack?: unknown }
  return /^ERR_[A-Z_]+$/.test(String(code)) || /^\w+Error \[ERR_/.test(String(stack))
}

/** Options or environment that cannot work; the message names what is missing or wrong. */
export class ConfigError extends BackendAIError {
  static override readonly name: string = 'ConfigError'
}

/** The server lacks what was asked for, or has it broken; nothing was sent. */
export class UnsupportedError extends BackendAIError {
  static override readonly name: string = 'UnsupportedError'

  readonly capability: string
  readonly serverRelease: string

  constructor(message: string, capability: string, serverRelease: string, facts?: ErrorFacts) {
    super(message, facts)
    this.capability = capability
    this.serverRelease = serverRelease
  }
}

/** No response arrived: name not found, refused, reset, TLS, blocked by the browser. See `cause`. */
export class NetworkError extends BackendAIError {
  static override readonly name: string = 'NetworkError'

  /** False where it is certain that nothing has left: the name was not found, or the connection refused. */
  readonly wasSent: boolean = true
}

/** A limit ran out, in milliseconds. */
export class TimeoutError extends NetworkError {
  static override readonly name: string = 'TimeoutError'

  readonly phase: 'connect' | 'headers' | 'idle' | 'total'
  readonly ms: number

  constructor(message: string, phase: TimeoutError['phase'], ms: number, facts?: ErrorFacts) {
    super(message, facts)
    this.phase = phase
    this.ms = ms
  }
}

/** An answer is longer than `maxResponseBytes` allows. */
export class ResponseTooLargeError extends BackendAIError {
  static override readonly name: string = 'ResponseTooLargeError'

  /** The limit, in bytes. */
  readonly maxBytes: number

  constructor(message: string, maxBytes: number, facts?: ErrorFacts) {
    super(message, facts)
    this.maxBytes = maxBytes
  }
}

/** What is known of a response that is no success. */
export interface Answer {
  status: number
  method: string
  /** Without the query: it may hold tokens. */
  url: string
  requestId?: string | undefined
  /** The body: parsed JSON, text, or undefined. */
  body?: unknown
  /** Seconds of the `Retry-After` header. */
  retryAfter?: number | undefined
}

/** `agent-details` of a problem document: the failure happened on the agent, not in the manager. */
export interface AgentDetails {
  type?: string
  title?: string | null
  exception?: string
}

/** A problem document, or what stands in for it where the answer is something else. */
interface Problem {
  /** URI of the problem, `https://api.backend.ai/probs/…`; empty where the server sent none. */
  readonly problemType: string
  readonly title: string
  /** The server's own reason. */
  readonly msg: string | undefined
  /** `<domain>_<operation>_<detail>`, since release 25.8. */
  readonly errorCode: string | undefined
  /** What the server added; of an answer that is no JSON, its first 2,048 characters. */
  readonly data: unknown
  readonly agentDetails: AgentDetails | undefined
}

/** The server answered, and the answer is no success (protocol §4). */
export class APIError extends BackendAIError implements Problem, Omit<Answer, 'body'> {
  static override readonly name: string = 'APIError'

  declare readonly problemType: string
  declare readonly title: string
  declare readonly msg: string | undefined
  declare readonly errorCode: string | undefined
  declare readonly data: unknown
  declare readonly agentDetails: AgentDetails | undefined
  declare readonly status: number
  declare readonly method: string
  declare readonly url: string
  declare readonly requestId: string | undefined
  declare readonly retryAfter: number | undefined

  constructor({ body, ...answer }: Answer, facts?: ErrorFacts) {
    const { status, method, url } = answer
    const problem = problemOf(body)
    super(`${status} ${reasonOf(problem, status)} (${method} ${url})`, {
      retryable: status === 429 || status === 503 || (status >= 500 && 'unknown'),
      ...facts,
    })
    Object.assign(this, problem, answer)
  }
}

export class InvalidRequestError extends APIError {
  static override readonly name: string = 'InvalidRequestError'
}

/** What a refused signature was made of, to hold against the server's log or another client. */
export interface SignatureExplanation {
  /** The signed lines but the last, which is the same for all requests; secret query values are left out. */
  readonly signed: string
  /** The host that was signed; the server takes it from the `Host` header that it gets. */
  readonly host: string
  /** Milliseconds that the server's clock was taken to be ahead of this machine's. */
  readonly clockOffset: number
  /** The likeliest first. */
  readonly causes: readonly string[]
}

/** Unknown or inactive key, wrong signature, expired login. */
export class AuthenticationError extends APIError {
  static override readonly name: string = 'AuthenticationError'

  /** Of a request that was signed with keys. */
  declare readonly explanation: SignatureExplanation | undefined
}

/** The request's date is 15 minutes or more off the server's clock. */
export class ClockSkewError extends AuthenticationError {
  static override readonly name: string = 'ClockSkewError'
}

export class PermissionDeniedError extends APIError {
  static override readonly name: string = 'PermissionDeniedError'
}

export class NotFoundError extends APIError {
  static override readonly name: string = 'NotFoundError'
}

/** Something of that name exists already, or its state forbids the call. */
export class ConflictError extends APIError {
  static override readonly name: string = 'ConflictError'
}

/** A resource policy forbids more: status 412 before release 25.15.1, 400 since. */
export class QuotaExceededError extends APIError {
  static override readonly name: string = 'QuotaExceededError'
}

/** Over the keypair's rate limit; most servers do not say for how long (protocol §4.6). */
export class TooManyRequestsError extends APIError {
  static override readonly name: string = 'TooManyRequestsError'
}

export class ServerError extends APIError {
  static override readonly name: string = 'ServerError'
}

/** The manager is frozen: reading works, creating and changing does not. */
export class MaintenanceError extends ServerError {
  static override readonly name: string = 'MaintenanceError'
}

/** One error of a GraphQL answer. */
export interface GraphQLErrorDetail {
  message: string
  path?: readonly (string | number)[]
  locations?: readonly { line: number; column: number }[]
  extensions?: Readonly<Record<string, unknown>>
}

/** A GraphQL document failed as a whole or in parts. */
export class GraphQLError extends BackendAIError {
  static override readonly name: string = 'GraphQLError'

  readonly errors: readonly GraphQLErrorDetail[]
  /** What the server could answer in spite of the errors. */
  readonly data: unknown
  readonly operationName: string | undefined

  constructor(errors: readonly GraphQLErrorDetail[], data?: unknown, operationName?: string, facts?: ErrorFacts) {
    const reasons = errors.map(({ message, path }) => (path ? `${message} (${path.join('.')})` : message))
    super(`GraphQL${operationName ? ` ${operationName}` : ''}: ${reasons.join('; ')}`, facts)
    this.errors = errors
    this.data = data
    this.operationName = operationName
  }
}

/** A stream broke off, or spoke what its protocol does not know. */
export class StreamError extends BackendAIError {
  static override readonly name: string = 'StreamError'
}

/** A WebSocket ended before its work was done. An upgrade that is refused is the {@link APIError} it is. */
export class WebSocketError extends StreamError {
  static override readonly name: string = 'WebSocketError'

  /** 1006 where the connection just broke. */
  readonly closeCode: number
  readonly reason: string

  constructor(message: string, closeCode: number, reason: string, facts?: ErrorFacts) {
    super(message, facts)
    this.closeCode = closeCode
    this.reason = reason
  }
}

/** A stream of server-sent events that is none, is not well-formed, or was lost for good. */
export class EventStreamError extends StreamError {
  static override readonly name: string = 'EventStreamError'
}

export interface ExecutionFacts extends ErrorFacts {
  exitCode?: number | undefined
  stderr?: string
}

/** Code ended with an error (where that was asked to be checked), or a run cannot go on. */
export class ExecutionError extends BackendAIError {
  static override readonly name: string = 'ExecutionError'

  /** Undefined where the run did not end by itself. */
  readonly exitCode: number | undefined
  /** The last 64 KiB that the code wrote to its standard error. */
  readonly stderr: string

  constructor(message: string, { exitCode, stderr = '', ...facts }: ExecutionFacts = {}) {
    super(message, facts)
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

/** A fault of the server left the session unable to run code: only destroying (or restarting) it helps. */
export class SessionBlockedError extends ExecutionError {
  static override readonly name: string = 'SessionBlockedError'
}

/** The session ended, or failed to start, while something waited for it or ran in it. */
export class SessionEndedError extends BackendAIError {
  static override readonly name: string = 'SessionEndedError'

  readonly sessionId: string
  /** `TERMINATED`, `CANCELLED` or `ERROR`. */
  readonly status: string
  /** The server's reason code, such as `user-requested` (protocol 02 §2.4). */
  readonly reason: string | undefined

  constructor(sessionId: string, status: string, reason?: string, facts?: ErrorFacts) {
    super(`Session ${sessionId} is ${status}${reason ? ` (${reason})` : ''}.`, facts)
    this.sessionId = sessionId
    this.status = status
    this.reason = reason
  }
}

/** A background task of the server failed, or was cancelled. */
export class TaskError extends BackendAIError {
  static override readonly name: string = 'TaskError'

  readonly taskId: string
  readonly status: 'failed' | 'cancelled'
  /** The server's own message. */
  readonly reason: string | undefined

  constructor(taskId: string, status: TaskError['status'], reason?: string, facts?: ErrorFacts) {
    super(`Task ${taskId} ${status === 'failed' ? 'failed' : 'was cancelled'}${reason ? `: ${reason}` : '.'}`, facts)
    this.taskId = taskId
    this.status = status
    this.reason = reason
  }
}

const classByStatus: Record<number, typeof APIError> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  429: TooManyRequestsError,
}

/** The error that an answer stands for: by problem type where that is finer than the status, else by status. */
export function toAPIError(answer: Answer, facts?: ErrorFacts): APIError {
  const byStatus = answer.status >= 500 ? ServerError : (classByStatus[answer.status] ?? APIError)
  return new (classByProblem(problemOf(answer.body)) ?? byStatus)(answer, facts)
}

function classByProblem({ problemType, msg = '' }: Problem): typeof APIError | undefined {
  const slug = problemType.split('/').at(-1)!
  if (slug === 'invalid-auth-params') return msg.includes('time sync') ? ClockSkewError : AuthenticationError
  if (slug.endsWith('quota-exceeded')) return QuotaExceededError
  // Of a session 400 in every release, with the id of the one that exists in `data`; of a folder 400 or 409.
  if (slug.endsWith('-already-exists')) return ConflictError
  if (slug === 'server-frozen') return MaintenanceError
  // 400 up to release 21.09, 404 since
  if (msg.startsWith('Unknown image reference')) return NotFoundError
  return undefined
}

function problemOf(body: unknown): Problem {
  const document = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (key: string): string | undefined => (typeof document[key] === 'string' ? document[key] : undefined)
  return {
    problemType: text('type') ?? '',
    title: text('title') ?? '',
    // `details` is the webserver's name for it, `error_msg` that of password and name changes (protocol §4.1)
    msg: text('msg') ?? text('details') ?? text('error_msg'),
    errorCode: text('error_code'),
    data: typeof body === 'string' ? body.slice(0, 2048) : document['data'],
    agentDetails: document['agent-details'] as AgentDetails | undefined,
  }
}

function reasonOf({ title, msg, agentDetails, data }: Problem, status: number): string {
  const agent = agentDetails && `Agent: ${agentDetails.exception ?? agentDetails.title ?? agentDetails.type}`
  const reason = [title, msg, agent].filter(Boolean).join(' ')
  if (reason) return reason
  // A redirected call would carry a signature that does not fit; browsers show its status as 0.
  if (status === 0 || (status >= 300 && status < 400))
    return 'The server redirects: use its final address as the endpoint.'
  return `This is not a Backend.AI answer: ${typeof data === 'string' && data.trim() ? data : '(no text)'}`
}
