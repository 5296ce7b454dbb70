/** The calls of dotfiles, whose scopes have routes and keys of their own. Loaded with the first use. */
import { ConfigError, refuseUnknownKeys, type CallOptions, type Query, type Transport } from '@backend-ai-sdk/core'

import { optionNames, type Dotfile, type DotfileOptions } from './dotfiles.ts'

const textLimit = 65_536
const reserved = new Set(['.terminfo', '.jupyter', '.ssh', '.ssh/authorized_keys', '.local', '.config'])

interface Place {
  path: string
  scope: Query
  call: CallOptions
}

function placeOf(transport: Transport, options: DotfileOptions): Place {
  refuseUnknownKeys(options, optionNames, 'the options of dotfiles')
  const { ownerAccessKey, project, domain, ...call } = options
  if (ownerAccessKey !== undefined && (project ?? domain) !== undefined)
    throw new ConfigError("Dotfiles have one owner: 'ownerAccessKey', or 'project', or 'domain'.")
  if (project !== undefined) {
    const scope = { group: project, domain: domain ?? transport.config.domain }
    return { path: '/group-config/dotfiles', scope, call }
  }
  if (domain !== undefined) return { path: '/domain-config/dotfiles', scope: { domain }, call }
  return { path: '/user-config/dotfiles', scope: { owner_access_key: ownerAccessKey }, call }
}

export async function writeDotfile(
  transport: Transport,
  method: 'POST' | 'PATCH',
  dotfile: Dotfile,
  options: DotfileOptions,
): Promise<void> {
  refuseUnknownKeys(dotfile, ['path', 'data', 'permission'], 'a dotfile')
  const { path: name, data, permission = '755' } = dotfile
  const { path, scope, call } = placeOf(transport, options)
  mustBeName(name)
  if (reserved.has(name)) throw new ConfigError(`The server keeps ${name} for itself.`)
  mustBeShort(data, `The dotfile ${name}`)
  if (!/^[0-7]{3}$/.test(permission))
    throw new ConfigError(`A permission is three octal digits, such as 755; not ${JSON.stringify(permission)}.`)
  // Which of both places is read for the owner differs by release (protocol 03 §4).
  const json = { ...scope, path: name, data, permission }
  const query = { owner_access_key: scope['owner_access_key'] }
  await transport.send({ method, path, query, json, ...call })
}

export async function readDotfile(
  transport: Transport,
  name: string,
  options: DotfileOptions,
): Promise<Required<Dotfile>> {
  const { path, scope, call } = placeOf(transport, options)
  mustBeName(name)
  interface Wire {
    path: string
    perm: string
    data: string
  }
  const wire = await transport.request<Wire>({ path, query: { ...scope, path: name }, ...call })
  return { path: wire.path, data: wire.data, permission: wire.perm }
}

export async function listDotfiles(transport: Transport, options: DotfileOptions): Promise<Required<Dotfile>[]> {
  const { path, scope, call } = placeOf(transport, options)
  if (options.ownerAccessKey !== undefined) await transport.mustSupport('dotfile-list-owner', call)
  return transport.request<Required<Dotfile>[]>({ path, query: scope, ...call })
}

export async function deleteDotfile(transport: Transport, name: string, options: DotfileOptions): Promise<void> {
  const { path, scope, call } = placeOf(transport, options)
  mustBeName(name)
  await transport.send({ method: 'DELETE', path, query: { ...scope, path: name }, ...call })
}

export async function writeBootstrapScript(transport: Transport, script: string, options: CallOptions): Promise<void> {
  mustBeShort(script, 'The bootstrap script')
  await transport.send({ method: 'POST', path: '/user-config/bootstrap-script', json: { script }, ...options })
}

/** Servers take `..` as well, and write elsewhere than one thinks. */
function mustBeName(name: string): void {
  if (name === '' || name.includes('\0') || name.split('/').includes('..'))
    throw new ConfigError(`${JSON.stringify(name)} is no path of a dotfile.`)
}

/** Servers count code points. */
function mustBeShort(text: string, what: string): void {
  if (text.length <= textLimit) return
  const count = Array.from(text).length
  if (count > textLimit) throw new ConfigError(`${what} has ${count} characters; servers take ${textLimit} at most.`)
}
