/** Dotfiles as the cluster keeps them, and what sessions get of them (protocol 03 §4). */
import type { SessionSpec } from '../sessions/session.ts'
import type { ClusterState } from '../state.ts'

export interface Dotfile {
  path: string
  permission: string
  data: string
}

/** Whose they are: `keypair AKIA…`, `project <id>`, `domain <name>`. */
export type DotfileOwner = `${'keypair' | 'project' | 'domain'} ${string}`

export function dotfilesOf(state: ClusterState, owner: DotfileOwner): Dotfile[] {
  let dotfiles = state.dotfiles.get(owner)
  if (!dotfiles) state.dotfiles.set(owner, (dotfiles = []))
  return dotfiles
}

/** Those of the domain, then of the project, then of the key pair: of one path the last wins. */
export const dotfilesFor = (
  state: ClusterState,
  { domain, project, owner }: Pick<SessionSpec, 'domain' | 'project' | 'owner'>,
): Dotfile[] =>
  (
    [`domain ${domain.name}`, `project ${project.id}`, `keypair ${owner.keypair.accessKey}`] satisfies DotfileOwner[]
  ).flatMap((name) => state.dotfiles.get(name) ?? [])

/** Bytes of them all as msgpack packs them: a list of maps of texts. */
export const packedSize = (dotfiles: readonly Dotfile[]): number =>
  dotfiles.reduce(
    (sum, { path, permission, data }) => sum + 1 + 5 + 11 + 5 + textSize(path) + textSize(permission) + textSize(data),
    dotfiles.length < 16 ? 1 : 3,
  )

function textSize(text: string): number {
  const { length } = new TextEncoder().encode(text)
  return length + (length < 32 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5)
}

/** As agents write it. */
export const dotfileText = (data: string, lines: 'kept' | 'ended'): string =>
  lines === 'kept' ? data : data.replaceAll(/\r\n?/g, '\n').replace(/(?<!\n)$/, '\n')
