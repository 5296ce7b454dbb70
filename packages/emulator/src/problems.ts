/** Problem documents (RFC 7807) as each release writes them (protocol 01 §4, 02 §0.3). */
import { type Json, pythonJson } from './formats/json.ts'
import type { Profile } from './profiles.ts'

interface Kind {
  status: number
  slug: string
  title: string
  /** `error_code`, since 25.8; the values of 26.9.6. */
  code: string
  /** The slug of servers before 22.03, where it has its own. */
  dedicated?: string
}

const kind = (status: number, slug: string, title: string, code: string, dedicated?: string): Kind => ({
  status,
  slug,
  title,
  code,
  ...(dedicated === undefined ? {} : { dedicated }),
})

/** What 26.9 says of handlers with typed parameters (01 §4.2, trap 20). */
const typed = 'Invalid or Missing API Parameters.'

const kinds = {
  'bad-request': kind(400, 'generic-bad-request', 'Bad request.', 'backendai_generic_bad-request'),
  'general-error': kind(400, 'general-error', 'General Backend API Error.', 'backendai_generic_bad-request'),
  'invalid-params': kind(
    400,
    'invalid-api-params',
    'Missing or invalid API parameters.',
    'api_generic_invalid-parameters',
  ),
  'typed-params': kind(400, 'generic-bad-request', typed, 'api_parsing_invalid-parameters'),
  'malformed-body': kind(400, 'generic-bad-request', 'Malformed request body.', 'api_parsing_bad-request'),
  'invalid-auth-params': kind(
    400,
    'invalid-auth-params',
    'Missing or invalid authorization parameters.',
    'user_auth_invalid-parameters',
  ),
  'auth-failed': kind(401, 'auth-failed', 'Credential/signature mismatch.', 'user_auth_unauthorized'),
  'password-expired': kind(401, 'password-expired', 'Password has expired.', 'user_auth_unauthorized'),
  'totp-auth-failed': kind(401, 'totp-auth-failed', 'TOTP authentication failed.', 'user_auth_unauthorized'),
  'rejected-by-hook': kind(
    400,
    'rejected-by-hook',
    'Operation rejected by a hook plugin.',
    'plugin_execute_bad-request',
  ),
  'email-already-exists': kind(
    400,
    'email-already-exists',
    'Email already exists.',
    'user_create_already-exists',
    'generic-bad-request',
  ),
  'active-login-session-exists': kind(
    409,
    'active-login-session-exists',
    'Active login session already exists.',
    'user_auth_conflict',
  ),
  forbidden: kind(403, 'generic-forbidden', 'Forbidden operation.', 'backendai_generic_forbidden'),
  'insufficient-privilege': kind(403, 'insufficient-privilege', 'Insufficient privilege.', 'user_auth_forbidden'),
  'not-enough-permission': kind(
    403,
    'not-enough-permission',
    'Insufficient permission to perform this operation.',
    'permission_access_forbidden',
  ),
  'session-not-found': kind(404, 'object-not-found', 'No such session.', 'session_read_not-found', 'session-not-found'),
  'image-not-found': kind(
    404,
    'object-not-found',
    'No such environment image.',
    'image_read_not-found',
    'image-not-found',
  ),
  'app-not-found': kind(404, 'object-not-found', 'No such app service.', 'backendai_read_not-found', 'app-not-found'),
  'domain-not-found': kind(404, 'object-not-found', 'No such domain.', 'domain_read_not-found', 'domain-not-found'),
  'group-not-found': kind(
    404,
    'object-not-found',
    'No such project (user group).',
    'backendai_read_not-found',
    'group-not-found',
  ),
  'folder-not-found': kind(
    404,
    'object-not-found',
    'No such virtual folder.',
    'vfolder_read_not-found',
    'vfolder-not-found',
  ),
  'too-many-folders': kind(
    404,
    'too-many-vfolders',
    'There are two or more matching virtual folders.',
    'vfolder_read_conflict',
  ),
  'folder-already-exists': kind(
    400,
    'vfolder-already-exists',
    'The virtual folder already exists with the same name.',
    'vfolder_create_already-exists',
  ),
  'folder-status-failed': kind(
    400,
    'vfolder-filter-status-failed',
    'Virtual folder status filtering has failed.',
    'vfolder_read_bad-request',
  ),
  'folder-deletion-not-allowed': kind(
    400,
    'vfolder-deletion-not-allowed',
    'Virtual folder deletion is not allowed.',
    'vfolder_soft-delete_bad-request',
  ),
  'folder-operation-failed': kind(
    400,
    'vfolder-operation-failed',
    'Virtual folder operation has failed.',
    'vfolder_generic_bad-request',
  ),
  'folder-invalid-parameter': kind(
    400,
    'vfolder-invalid-parameter',
    'Invalid parameter for virtual folder operation.',
    'vfolder_access_invalid-parameters',
  ),
  'folder-forbidden': kind(403, 'forbidden', 'Forbidden operation.', 'vfolder_access_forbidden', 'generic-forbidden'),
  'folder-grant-exists': kind(
    409,
    'vfolder-grant-already-exists',
    'Virtual folder grant already exists.',
    'vfolder_update_already-exists',
  ),
  'invitation-not-found': kind(
    404,
    'vfolder-invitation-not-found',
    'Virtual folder invitation not found.',
    'entity-share_read_not-found',
  ),
  'old-invitation-not-found': kind(
    404,
    'object-not-found',
    'No such vfolder invitation.',
    'vfolder_read_not-found',
    'vfolder-invitation-not-found',
  ),
  'user-not-found': kind(404, 'user-not-found', 'The user does not exist.', 'user_read_not-found'),
  'old-user-not-found': kind(404, 'object-not-found', 'No such user.', 'user_read_not-found', 'user-not-found'),
  'storage-not-allowed': kind(
    400,
    'storage-permission-not-allowed',
    'The specified storage permission is not allowed.',
    'storage_access_forbidden',
  ),
  'folder-creation-failed': kind(
    400,
    'vfolder-creation-failed',
    'Virtual folder creation has failed.',
    'vfolder_create_internal-error',
  ),
  'forwarded-failure': kind(
    500,
    'forwarded-error',
    'Forwarded Error from Downstream Service',
    'storage-proxy_request_content-type-mismatch',
  ),
  'forwarded-error': kind(
    400,
    'forwarded-error',
    'Forwarded Error from Downstream Service',
    'storage-proxy_request_content-type-mismatch',
  ),
  'dotfile-not-found': kind(404, 'object-not-found', 'No such dotfile.', 'dotfile_read_not-found', 'dotfile-not-found'),
  'dotfile-already-exists': kind(
    400,
    'generic-bad-request',
    'Dotfile already exists.',
    'dotfile_create_already-exists',
  ),
  'dotfile-creation-failed': kind(
    400,
    'generic-bad-request',
    'Dotfile creation has failed.',
    'dotfile_create_internal-error',
  ),
  'template-not-found': kind(
    404,
    'object-not-found',
    'No such session template.',
    'session-template_read_not-found',
    'task-template-not-found',
  ),
  'too-many-files': kind(
    400,
    'vfolder-operation-failed',
    'Virtual folder operation has failed due to bad request.',
    'vfolder_generic_bad-request',
  ),
  'resource-group-not-found': kind(
    404,
    'object-not-found',
    'No such scaling group.',
    'resource-group_read_not-found',
    'scaling-group-not-found',
  ),
  'agent-not-found': kind(404, 'object-not-found', 'No such agent.', 'agent_read_not-found', 'instance-not-found'),
  'task-not-found': kind(404, 'object-not-found', 'No such background task.', 'bgtask_read_not-found'),
  'project-not-found': kind(404, 'project-not-found', 'Project not found.', 'project_read_not-found'),
  'entity-not-found': kind(404, 'entity-not-found', 'Entity not found.', 'session_read_not-found'),
  'too-many-sessions-matched': kind(
    404,
    'too-many-sessions-matched',
    'Too many sessions matched.',
    'session_read_conflict',
  ),
  'url-not-found': kind(404, 'url-not-found', 'Unknown URL path.', 'api_read_not-found', 'generic-not-found'),
  'method-not-allowed': kind(405, 'method-not-allowed', 'HTTP Method Not Allowed.', 'api_access_forbidden'),
  'quota-exceeded': kind(412, 'quota-exceeded', 'You have reached your resource limit.', 'session_create_unavailable'),
  'session-already-exists': kind(
    400,
    'session-already-exists',
    'The session already exists but you requested not to reuse existing one.',
    'session_create_already-exists',
  ),
  'unknown-resource-slot-type': kind(
    400,
    'unknown-resource-slot-type',
    'Unknown resource slot type.',
    'backendai_parsing_not-found',
  ),
  'rate-limit-exceeded': kind(
    429,
    'rate-limit-exceeded',
    'You have reached your API query rate limit.',
    'api_access_unavailable',
  ),
  'internal-server-error': kind(
    500,
    'internal-server-error',
    'Internal server error.',
    'backendai_generic_internal-error',
  ),
  'dotfile-path-conflict': kind(
    400,
    'dotfile-vfolder-path-conflict',
    'The dotfile path conflicts with a virtual folder path.',
    'dotfile_create_conflict',
  ),
  'folder-permission-failed': kind(
    400,
    'vfolder-permission-error',
    'The virtual folder does not permit the specified permission.',
    'vfolder_access_forbidden',
  ),
  'invalid-session-data': kind(
    500,
    'invalid-session-data',
    'Session data has an invalid type or format.',
    'session_read_invalid-data-format',
  ),
  'agent-not-allocated': kind(
    500,
    'agent-not-allocated',
    'Agent is not allocated for the kernel.',
    'agent_access_internal-error',
  ),
  'app-launch-failed': kind(
    500,
    'app-service-start-failed',
    'Failed to start the application service.',
    'session_start_internal-error',
  ),
  'kernel-execution-failed': kind(
    500,
    'kernel-execution-failed',
    'Executing user code in the kernel has failed.',
    'kernel_execute_internal-error',
  ),
  'not-implemented': kind(501, 'not-implemented', 'This API is not implemented.', 'api_generic_not-implemented'),
  'server-frozen': kind(
    503,
    'server-frozen',
    'The server is frozen due to maintenance. Please try again later.',
    'api_access_unavailable',
  ),
  // The misspelling is the server's (136).
  'service-unavailable': kind(503, 'service-unavailable', 'Serivce unavailable.', 'backendai_generic_unavailable'),
  'graphql-error': kind(400, 'graphql-error', 'GraphQL-generated error.', 'api_generic_internal-error'),
} satisfies Record<string, Kind>

export type ProblemKind = keyof typeof kinds

export interface ProblemFacts {
  msg?: string
  data?: Json
  /** `agent-details` of kernel failures. */
  agent?: Json
  /** Where it is not the kind's own. */
  title?: string
  code?: string
}

/** An answer other than success, thrown by handlers. Its text never holds keys, tokens or bodies. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly facts: ProblemFacts

  constructor(kind: ProblemKind, facts: ProblemFacts = {}) {
    super(kind)
    this.name = 'Problem'
    this.kind = kind
    this.facts = facts
  }

  get title(): string {
    return this.facts.title ?? kinds[this.kind].title
  }

  get code(): string {
    return this.facts.code ?? kinds[this.kind].code
  }

  /** As the server's `str()` of it, which GraphQL and the execute socket show. */
  get text(): string {
    return this.facts.msg === undefined ? this.title : `${this.title} (${this.facts.msg})`
  }

  status(profile: Profile): number {
    if (this.kind === 'quota-exceeded') return profile.problems.quotaStatus
    // 409 since 25.16 (03 §0.9).
    if (this.kind === 'folder-already-exists' && profile.folders.byId) return 409
    return kinds[this.kind].status
  }

  document(profile: Profile): Record<string, Json | undefined> {
    const known: Kind = kinds[this.kind]
    // The one slug that is as old on 23.09 (observed).
    const isOld = !profile.problems.collapsedNotFound || (this.kind === 'folder-forbidden' && !profile.folders.byId)
    const slug = (isOld && known.dedicated) || known.slug
    const { msg, data, agent } = this.facts
    return {
      type: `https://api.backend.ai/probs/${slug}`,
      title: this.title,
      error_code: profile.problems.errorCode ? this.code : undefined,
      msg: msg,
      data: data,
      'agent-details': agent,
    }
  }

  response(profile: Profile, headers: Record<string, string> = {}): Response {
    const document = this.document(profile)
    return new Response(profile.problems.compact ? JSON.stringify(document) : pythonJson(document), {
      status: this.status(profile),
      headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
    })
  }
}

/** An agent call that got no answer in time (163): title null is the server's. */
export const agentTimeout = (): Problem =>
  new Problem('kernel-execution-failed', {
    agent: { type: 'https://api.backend.ai/probs/agent-timeout', title: null },
  })

/** An exception inside the agent (162). */
export const agentFailure = (exception: string): Problem =>
  new Problem('kernel-execution-failed', {
    agent: {
      type: 'https://api.backend.ai/probs/agent-failure',
      title: 'Agent-side exception occurred.',
      exception,
    },
  })
