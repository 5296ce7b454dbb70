/** `/user-config`, `/group-config`, `/domain-config`: dotfiles and bootstrap scripts (protocol 03 §4). */
import { type Check, Complaint, type Fields, nullable, optional, pattern, required, text } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { isUUID } from '../random.ts'
import { resolveOwner } from '../sessions/session-lookup.ts'
import { findProject, projectsOf } from '../state.ts'
import { accessibleFolders } from '../storage/vfolders.ts'
import { type Dotfile, type DotfileOwner, dotfilesOf, packedSize } from '../templates/dotfiles.ts'

const mostDotfiles = 100
const mostBytes = 65_536
const reserved = new Set(['.terminfo', '.jupyter', '.ssh', '.ssh/authorized_keys', '.local', '.config'])

interface Scope {
  /** Of the route, and of classes in messages. */
  name: 'user' | 'group' | 'domain'
  fields: (profile: Profile) => Fields
  owner: (context: Context, given: Record<string, unknown>, access: 'read' | 'write') => DotfileOwner
}

export const dotfiles: Routes = (profile) => [
  ...[userScope, groupScope, domainScope].flatMap((scope) => routesFor(scope, profile)),
  { method: 'POST', path: '/user-config/bootstrap-script', role: 'user', handle: setBootstrapScript },
  { method: 'GET', path: '/user-config/bootstrap-script', role: 'user', handle: bootstrapScript },
]

/** Code points, as Python counts. */
const limited =
  (profile: Profile, allowsEmpty: boolean): Check<string> =>
  (value) => {
    const checked = allowsEmpty && value === '' ? value : text(profile)(value)
    if (typeof checked !== 'string' || Array.from(checked).length <= mostBytes) return checked
    const message = `String should have at most ${mostBytes} characters`
    return new Complaint(`String is longer than ${mostBytes} characters`, 'string_too_long', message)
  }

function routesFor(scope: Scope, profile: Profile): Route[] {
  const path = `/${scope.name}-config/dotfiles`
  const model = `${scope.name[0]!.toUpperCase()}${scope.name.slice(1)}Dotfile`
  const place = scope.fields(profile)
  const body = {
    ...place,
    path: required(text(profile), 'path'),
    data: required(limited(profile, false), 'data'),
    permission: required(pattern(/^[0-7]{3}$/, '^[0-7]{3}$'), 'permission'),
  }
  const query = { ...place, path: optional(nullable(text(profile)), null, 'path') }
  const write = async (context: Context, kind: 'Create' | 'Update') => {
    const { owner_access_key: inQuery } = context.query()
    const params = await context.read(body, `${kind}${model}Request`, 'body')
    // 20.09 reads the owner from the query only.
    const given = profile.name === '20.09' ? { ...params, owner_access_key: inQuery ?? null } : params
    const owned = dotfilesOf(context.cluster.state, scope.owner(context, given, 'write'))
    const { path, data, permission } = params
    return { owned, dotfile: { path, permission, data } }
  }
  const at = (method: Route['method'], handle: Route['handle']): Route => ({ method, path, role: 'user', handle })
  return [
    at('POST', async (context) => {
      const { owned, dotfile } = await write(context, 'Create')
      mustBeFree(context, dotfile, scope)
      if (owned.length >= mostDotfiles)
        throw new Problem('dotfile-creation-failed', { msg: 'Dotfile creation limit reached' })
      mustFit([...owned, dotfile])
      if (owned.some(({ path }) => path === dotfile.path)) throw new Problem('dotfile-already-exists')
      owned.push(dotfile)
      return json({})
    }),
    at('PATCH', async (context) => {
      const { owned, dotfile } = await write(context, 'Update')
      const index = owned.findIndex(({ path }) => path === dotfile.path)
      if (index === -1) throw new Problem('dotfile-not-found')
      mustFit(owned.toSpliced(index, 1, dotfile))
      owned[index] = dotfile
      return json({})
    }),
    at('GET', async (context) => {
      const params = await context.read(query, `Get${model}Request`, 'query')
      const owned = dotfilesOf(context.cluster.state, scope.owner(context, params, 'read'))
      if (params.path === null) {
        // Up to 26.2 the list is the requester's, whoever was asked for (seen on 23.9.10).
        const isOwn = scope.name === 'user' && profile.parameters === 'strict'
        const own = dotfilesOf(context.cluster.state, `keypair ${context.requester.keypair.accessKey}`)
        return json(isOwn ? own : owned)
      }
      const { path, permission: perm, data } = find(owned, params.path)
      return json({ path, perm, data })
    }),
    at('DELETE', async (context) => {
      const params = await context.read({ ...query, path: body.path }, `Delete${model}Request`, 'query')
      const owned = dotfilesOf(context.cluster.state, scope.owner(context, params, 'write'))
      owned.splice(owned.indexOf(find(owned, params.path)), 1)
      return json({ success: true })
    }),
  ]
}

function find(owned: readonly Dotfile[], path: string): Dotfile {
  const found = owned.find((dotfile) => dotfile.path === path)
  if (!found) throw new Problem('dotfile-not-found')
  return found
}

function mustBeFree({ cluster, profile, requester }: Context, { path }: Dotfile, scope: Scope): void {
  const isTyped = profile.parameters === 'typed'
  if (reserved.has(path))
    throw new Problem(isTyped ? 'typed-params' : 'invalid-params', {
      msg: 'dotfile path is reserved for internal operations.',
    })
  // 26.9.6 looks at it when a session is made.
  if (isTyped || scope.name !== 'user') return
  if (accessibleFolders(cluster, requester.user).some(({ folder }) => folder.name === path))
    throw new Problem('invalid-params', { msg: 'dotfile path conflicts with your dot-prefixed vFolder' })
}

function mustFit(dotfiles: readonly Dotfile[]): void {
  if (packedSize(dotfiles) > mostBytes)
    throw new Problem('dotfile-creation-failed', { msg: 'No leftover space for dotfile storage' })
}

const userScope: Scope = {
  name: 'user',
  fields: (profile) => ({ owner_access_key: optional(nullable(text(profile)), null, 'owner_access_key') }),
  owner(context, given) {
    const { keypair } = resolveOwner(context, given['owner_access_key'] as string | null)
    return `keypair ${keypair.accessKey}`
  },
}

const groupScope: Scope = {
  name: 'group',
  fields: (profile) => ({
    group: required(text(profile), 'group', 'groupId', 'group_id'),
    domain: optional(nullable(text(profile)), null, 'domain', 'domainName', 'domain_name'),
  }),
  owner(context, { group, domain }, access) {
    const { cluster, profile, requester } = context
    const name = group as string
    if (access === 'write') mustAdminister(context)
    if (!isUUID(name) && domain === null && profile.parameters === 'strict')
      throw new Problem('invalid-params', { msg: "Missing parameter 'domain'" })
    const project = findProject(cluster.state, name, (domain as string | null) ?? requester.user.domainName)
    if (!project) {
      if (profile.parameters === 'strict')
        throw new Problem('group-not-found', { title: 'No such user group (or project).' })
      throw new Problem('entity-not-found', {
        msg: 'No ProjectRow matches the given key',
        code: 'project_read_not-found',
      })
    }
    const isMember = projectsOf(cluster.state, requester.user.id).includes(project)
    const isAdmin = access === 'write' || isAdminOf(context, project.domainName)
    if (!isMember && !isAdmin) throw new Problem('forbidden', { msg: 'Users cannot access dotfiles of other groups' })
    return `project ${project.id}`
  },
}

const domainScope: Scope = {
  name: 'domain',
  fields: (profile) => ({ domain: required(text(profile), 'domain') }),
  owner(context, { domain }, access) {
    const { cluster, profile, requester } = context
    const name = domain as string
    if (access === 'write') mustAdminister(context)
    const isKnown = cluster.state.domains.has(name)
    if (!isKnown && profile.parameters === 'typed')
      throw new Problem('entity-not-found', {
        msg: 'No DomainRow matches the given key',
        code: 'domain_read_not-found',
      })
    const isOwn = requester.user.domainName === name
    if (!isOwn && requester.user.role !== 'superadmin')
      throw new Problem('forbidden', { msg: 'Users cannot access dotfiles of other domains' })
    // A superadmin may look at what is not there (seen on 23.9.10).
    if (!isKnown && access === 'write') throw new Problem('domain-not-found')
    return `domain ${name}`
  },
}

const isAdminOf = ({ requester: { user } }: Context, domain: string): boolean =>
  user.role === 'superadmin' || (user.role === 'admin' && user.domainName === domain)

function mustAdminister({ requester, profile }: Context): void {
  if (['superadmin', 'admin'].includes(requester.user.role)) return
  throw profile.problems.roleFailure === 403
    ? new Problem('forbidden', { msg: 'Insufficient privileges' })
    : new Problem('auth-failed', { msg: 'Unauthorized access' })
}

async function setBootstrapScript(context: Context): Promise<Response> {
  const fields = { script: required(limited(context.profile, true), 'script') }
  const { script } = await context.read(fields, 'UpdateBootstrapScriptRequest', 'body')
  context.cluster.state.bootstrapScripts.set(context.requester.keypair.accessKey, script.trim())
  return json({})
}

const bootstrapScript = ({ cluster, requester }: Context): Response =>
  json(cluster.state.bootstrapScripts.get(requester.keypair.accessKey) ?? '')
