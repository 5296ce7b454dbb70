/** From the body of a creation to what is asked for: all checks in the order of the release (protocol 02 §1.5–1.8). */
import {
  absoluteURL,
  choice,
  dictionary,
  flag,
  integer,
  listOf,
  nullable,
  optional,
  parse,
  pattern,
  required,
  text,
} from '../checks.ts'
import type { Requester } from '../cluster.ts'
import type { Context } from '../context.ts'
import { parseDate, parseDuration } from '../formats/dates.ts'
import type { JsonObject } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { isUUID } from '../random.ts'
import { type Domain, findImage, findProject, type Image, type Project, projectsOf } from '../state.ts'
import { dotfilesFor } from '../templates/dotfiles.ts'
import { parseConfig } from './session-config.ts'
import { checkLimits, checkMinimum, requestedSlots } from './session-limits.ts'
import { resolveOwner, sessionsOf } from './session-lookup.ts'
import { checkDotfiles, checkFolders, checkPlaces, resolveMounts } from './session-mounts.ts'
import type { SessionSpec } from './session.ts'

/** The pattern as the servers write it. */
export const namePatternText = String.raw`^(?=.{4,64}$)\w[\w.-]*\w$`

const types = ['interactive', 'batch', 'inference', 'system'] as const

/** Body keys and their aliases; a strict server refuses those of later releases. */
function fields(profile: Profile) {
  const { since, namePattern } = profile.sessions
  const string = text(profile)
  const name = pattern(namePattern, namePatternText)
  const only = (has: boolean, ...names: string[]): string[] => (has ? names : [])
  return {
    session_name: required(name, 'name', 'clientSessionToken', ...only(since.sessionName, 'session_name')),
    image: required(string, 'image', 'lang'),
    architecture: optional(nullable(string), null, ...only(since.architecture, 'architecture', 'arch')),
    type: optional(
      choice(profile.name === '20.09' ? types.slice(0, 2) : types, 'SessionTypes'),
      'interactive' as const,
      'type',
      'sessionType',
      ...only(profile.parameters === 'typed', 'session_type'),
    ),
    group: optional(string, 'default', 'group', 'groupName', 'group_name'),
    domain: optional(string, 'default', 'domain', 'domainName', 'domain_name'),
    cluster_size: optional(integer(1), 1, 'cluster_size', 'clusterSize'),
    cluster_mode: optional(
      choice(['single-node', 'multi-node'], 'ClusterMode'),
      'single-node' as const,
      'cluster_mode',
      'clusterMode',
    ),
    config: optional(dictionary, {}, 'config'),
    tag: optional(nullable(string), null, 'tag'),
    enqueue_only: optional(flag, false, 'enqueueOnly', 'enqueue_only'),
    max_wait_seconds: optional(integer(0), 0, 'maxWaitSeconds', 'max_wait_seconds'),
    starts_at: optional(nullable(string), null, 'starts_at', 'startsAt'),
    batch_timeout: optional(
      nullable((value: unknown) => value),
      null,
      ...only(since.priority, 'batch_timeout', 'batchTimeout'),
    ),
    reuse: optional(flag, true, 'reuseIfExists', 'reuse'),
    startup_command: optional(nullable(string), null, 'startupCommand', 'startup_command'),
    bootstrap_script: optional(nullable(string), null, 'bootstrap_script', 'bootstrapScript'),
    dependencies: optional(nullable(listOf(string)), null, ...only(since.dependencies, 'dependencies')),
    callback_url: optional(
      nullable(absoluteURL(profile)),
      null,
      ...only(since.dependencies, 'callback_url', 'callbackUrl', 'callbackURL'),
    ),
    priority: optional(integer(0, 100), 10, ...only(since.priority, 'priority')),
    owner_access_key: optional(nullable(string), null, 'owner_access_key'),
  }
}

/** All spellings of a key of the body. */
export const spellingsOf = (profile: Profile, key: string): readonly string[] =>
  Object.values(fields(profile)).find(({ names }) => names.includes(key))?.names ?? [key]

export interface CreationRequest {
  spec: () => SessionSpec
  owner: Requester
  name: string
  image: Image
  reuse: boolean
  enqueueOnly: boolean
  maxWaitSeconds: number
}

/** Of the body, or of what a template and the body make together. */
export async function readCreation(context: Context, given?: JsonObject): Promise<CreationRequest> {
  const { profile, version } = context
  const params = given
    ? parse(fields(profile), given, profile, 'CreateFromTemplateRequest')
    : await context.read(fields(profile), 'CreateFromParamsRequest', 'body')
  if (params.session_name === 'from-template') {
    throw new Problem('invalid-params', { msg: 'Requested session ID from-template is reserved word' })
  }
  const config = parseConfig(params.config, profile, version)
  // 20.09 reads the owner from the query only; a value in the body has no effect (02 §0.5).
  const ownerKey = profile.name === '20.09' ? (context.query()['owner_access_key'] ?? null) : params.owner_access_key
  const owner = resolveOwner(context, ownerKey)
  if (config.agentList !== null && context.requester.user.role !== 'superadmin' && profile.parameters === 'strict') {
    const msg = 'You are not allowed to manually assign agents for your session.'
    throw new Problem('insufficient-privilege', { msg })
  }
  const place = () => findPlace(context, owner, params.domain, params.group)
  const early = profile.sessions.groupFirst ? place() : null
  // Since 26.x folders are looked up first.
  if (profile.parameters === 'typed') checkFolders(context.cluster, owner, config)
  checkPlaces(context.cluster, config)
  const image = findRequestedImage(context, params.image, params.architecture)
  const spec = (): SessionSpec => {
    const isBatch = params.type === 'batch'
    if (isBatch && !params.startup_command) {
      throw new Problem('invalid-params', { msg: 'Batch sessions must have a non-empty startup command.' })
    }
    if (!isBatch && params.starts_at !== null) {
      throw new Problem('invalid-params', { msg: 'Parameter starts_at should be used only for batch sessions' })
    }
    if (!isBatch && params.batch_timeout !== null) {
      throw new Problem('invalid-params', { msg: 'Parameter batch_timeout should be used only for batch sessions' })
    }
    // 16 KiB at most; both releases answer 500 to more (observed).
    if ((params.bootstrap_script?.length ?? 0) > 16_384) throw new Problem('internal-server-error')
    const { domain, project } = early ?? place()
    const { slots, sharedMemory } = requestedSlots(config, image, profile)
    const clusterSize = version[0] >= 6 || profile.parameters === 'typed' ? params.cluster_size : config.clusterSize
    checkLimits(context, owner, clusterSize)
    checkMinimum(slots, sharedMemory, image, profile)
    const resourceGroup = findResourceGroup(context, config.resourceGroup)
    const dependencies = findDependencies(context, owner, params.dependencies ?? [])
    const folderMounts = resolveMounts(context.cluster, owner, project, config)
    checkDotfiles(context.cluster, folderMounts, dotfilesFor(context.cluster.state, { domain, project, owner }))
    return {
      name: params.session_name,
      type: params.type,
      image,
      owner,
      domain,
      project,
      resourceGroup,
      clusterMode: params.cluster_mode,
      clusterSize,
      tag: params.tag,
      environ: config.environ,
      slots,
      sharedMemory,
      startupCommand: params.startup_command,
      bootstrapScript: params.bootstrap_script,
      startsAt: startTime(params.starts_at, context.cluster.clock()),
      dependencies,
      callbackURL: params.callback_url,
      priority: params.priority,
      mounts: config.mounts,
      folderMounts,
      preopenPorts: config.preopenPorts,
    }
  }
  return {
    spec,
    owner,
    name: params.session_name,
    image,
    reuse: params.reuse,
    enqueueOnly: params.enqueue_only,
    maxWaitSeconds: params.max_wait_seconds,
  }
}

/** A date or a time from now; anything else is an error that no release catches (observed: 500). */
function startTime(given: string | null, now: number): number | null {
  if (given === null) return null
  const duration = parseDuration(given)
  const time = duration === null ? parseDate(given)?.time : now + duration
  if (time === undefined) throw new Problem('internal-server-error')
  return time
}

function findPlace(
  context: Context,
  owner: Requester,
  domainName: string,
  group: string,
): { domain: Domain; project: Project } {
  const { state } = context.cluster
  const isTyped = context.profile.parameters === 'typed'
  const project = findProject(state, group, domainName)
  const domain = state.domains.get(domainName)
  if (isTyped && (!project || !domain)) {
    const facts = { msg: 'No ProjectRow matches the given key', code: 'project_read_not-found' }
    throw new Problem('entity-not-found', facts)
  }
  if (domainName !== owner.user.domainName && owner.user.role !== 'superadmin') {
    throw new Problem('invalid-params', { msg: 'You can only set the domain to your domain.' })
  }
  if (!domain?.isActive) throw new Problem('invalid-params', { msg: 'Invalid domain' })
  const isMember = project && projectsOf(state, owner.user.id).includes(project)
  if (!project || (!isMember && owner.user.role !== 'superadmin')) {
    throw new Problem('invalid-params', { msg: 'Invalid group' })
  }
  return { domain, project }
}

function findRequestedImage(context: Context, reference: string, architecture: string | null): Image {
  const { profile, cluster } = context
  const image = findImage(cluster.state, reference)
  // 23.9.10 starts an image whose architecture is another one than asked for (observed).
  const fitsArchitecture = profile.parameters === 'strict' || [null, image?.architecture].includes(architecture)
  if (image && fitsArchitecture) return image
  if (profile.parameters === 'typed') {
    const msg = `Unknown image reference: ${reference} (${architecture ?? 'x86_64'})`
    throw new Problem('image-not-found', { msg })
  }
  if (profile.name === '20.09') {
    throw /[/:]/.test(reference)
      ? new Problem('invalid-params', { msg: `Unknown image reference: ${reference}` })
      : new Problem('image-not-found', { msg: 'unknown alias or disallowed registry' })
  }
  const full = reference.includes('/') ? reference : `index.docker.io/lablup/${reference}`
  const canonical = /:[^/]+$/.test(full) ? full : `${full}:latest`
  const msg = `Unknown image references: ref:'${canonical}', alias:'${reference}'`
  throw new Problem('image-not-found', { msg })
}

function findResourceGroup(context: Context, name: string | null): string {
  const { state } = context.cluster
  const [first] = state.resourceGroups.keys()
  const found = name === null ? first : state.resourceGroups.get(name)?.name
  if (found !== undefined) return found
  if (context.profile.parameters === 'typed') {
    throw new Problem('resource-group-not-found', { title: 'No such resource group.', msg: name ?? '' })
  }
  const msg = `The scaling group '${name}' does not exist or you do not have access to the scaling group '${name}'.`
  throw new Problem('resource-group-not-found', { msg })
}

/** Ids or names of the owner's sessions; 26.9 takes ids only and fails on names (observed: 500). */
function findDependencies(context: Context, owner: Requester, references: readonly string[]): string[] {
  return references.map((reference) => {
    const isTyped = context.profile.parameters === 'typed'
    if (isTyped && !isUUID(reference)) throw new Problem('internal-server-error')
    const session = sessionsOf(context, owner).find(({ id, spec }) => id === reference || spec.name === reference)
    if (session) return session.id
    const what = isTyped ? 'session ID' : 'session ID or name'
    throw new Problem('invalid-params', {
      msg: `Unknown ${what} in the dependency list`,
      data: { session_ref: reference },
    })
  })
}
