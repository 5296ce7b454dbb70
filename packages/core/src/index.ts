export { abortable, delay } from './abort.ts'
export { anonymous, keypair, type AttemptRequest, type Authenticator, type KeypairOptions } from './auth.ts'
export type { Answered, Call, CallOptions, Query, QueryValue } from './call.ts'
export { capabilities, requireCapability, supports, type Capability } from './capabilities.ts'
export {
  fromEnv,
  type ClientOptions,
  type Config,
  type EnvironmentOptions,
  type EnvironmentReading,
  type Timeouts,
  type WebSocketConstructor,
} from './config.ts'
export { encodePayload } from './encoded-payload.ts'
export {
  APIError,
  AuthenticationError,
  BackendAIError,
  ClockSkewError,
  ConfigError,
  ConflictError,
  EventStreamError,
  ExecutionError,
  GraphQLError,
  InvalidRequestError,
  isBackendAIError,
  MaintenanceError,
  NetworkError,
  NotFoundError,
  PermissionDeniedError,
  QuotaExceededError,
  ResponseTooLargeError,
  ServerError,
  SessionBlockedError,
  SessionEndedError,
  StreamError,
  TaskError,
  TimeoutError,
  toAPIError,
  TooManyRequestsError,
  UnsupportedError,
  WebSocketError,
  type AgentDetails,
  type Answer,
  type ErrorFacts,
  type ExecutionFacts,
  type GraphQLErrorDetail,
  type Retryable,
  type SignatureExplanation,
} from './errors.ts'
export type {
  CallEvent,
  ErrorEvent,
  Hooks,
  Logger,
  LogLevel,
  Metric,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  StreamEvent,
} from './hooks.ts'
export { jwt, signToken, type TokenClaims, type TokenOptions } from './jwt.ts'
export { lazy } from './lazy.ts'
export { Limiter, type LimiterOptions } from './limiter.ts'
export { Pages, type Page } from './pages.ts'
export { path } from './path.ts'
export { redactHeaders, redactText, redactURL } from './redact.ts'
export type { RetryOptions } from './retry.ts'
export { isLoadedFromDisk, prefersStreamedBodies, randomHex } from './runtime.ts'
export type { HashName } from './signing.ts'
export { DownloadError, UploadError, type TransferFacts } from './transfer-errors.ts'
export { createTransport, Transport, type RateLimit } from './transport.ts'
export { nearest, refuseUnknownKeys } from './unknown-keys.ts'
export type { Refusal, Upgrade } from './upgrade.ts'
export { apiVersions, isAtLeast, type APIVersion, type ServerInfo } from './versions.ts'
