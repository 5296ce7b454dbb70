/** The cluster in memory: everything but the sessions (`sessions.ts`). */
import { sameText } from './auth/hmac.ts'
import type { Slots } from './formats/sizes.ts'
import type { Role } from './options.ts'
import type { Dotfile, DotfileOwner } from './templates/dotfiles.ts'
import type { Template } from './templates/templates.ts'

export interface Domain {
  name: string
  description: string
  isActive: boolean
  createdAt: number
  modifiedAt: number
  totalResourceSlots: Slots
  allowedFolderHosts: Readonly<Record<string, readonly string[]>>
  allowedDockerRegistries: readonly string[]
  integrationId: string | null
  resourceGroups: readonly string[]
}

/** On the wire: group. */
export interface Project {
  id: string
  name: string
  description: string
  isActive: boolean
  createdAt: number
  modifiedAt: number
  domainName: string
  totalResourceSlots: Slots
  allowedFolderHosts: Readonly<Record<string, readonly string[]>>
  integrationId: string | null
  resourcePolicy: string
  type: 'GENERAL' | 'MODEL_STORE'
  resourceGroups: readonly string[]
  /** Ids of users. */
  members: Set<string>
}

export interface User {
  id: string
  email: string
  username: string
  fullName: string
  description: string
  password: string
  /** Of the second factor: what a login must give beside the password. Null: none. */
  otp: { code: string; isRegistered: boolean } | null
  /** It was too old; a login takes a new one first. */
  isPasswordExpired: boolean
  /** In place of the password, from another system; null: none. */
  loginToken: string | null
  role: Role
  status: 'active' | 'inactive' | 'deleted' | 'before-verification'
  statusInfo: string
  createdAt: number
  modifiedAt: number
  domainName: string
  resourcePolicy: string
  mainAccessKey: string
}

export interface KeyPair {
  accessKey: string
  secretKey: string
  userId: string
  isActive: boolean
  isAdmin: boolean
  resourcePolicy: string
  rateLimit: number
  createdAt: number
  lastUsed: number | null
  queries: number
  sshPublicKey: string | null
}

export interface KeyPairPolicy {
  name: string
  createdAt: number
  defaultForUnspecified: 'LIMITED' | 'UNLIMITED'
  totalResourceSlots: Slots
  concurrentSessions: number
  containersPerSession: number
  pendingSessions: number | null
  idleTimeout: number
  allowedFolderHosts: Readonly<Record<string, readonly string[]>>
}

export interface Preset {
  id: string
  name: string
  resourceSlots: Slots
  sharedMemory: number | null
}

export interface Image {
  id: string
  registry: string
  /** `stable/python`. */
  name: string
  tag: string
  architecture: string
  digest: string
  sizeBytes: number
  aliases: string[]
  labels: Readonly<Record<string, string>>
  /** Which kernel runs its code. */
  language: string
  minimum: { cpu: number; mem: number }
}

export interface ResourceGroup {
  name: string
  description: string
  isActive: boolean
  isPublic: boolean
  createdAt: number
  driver: string
  scheduler: string
  proxyAddress: string | null
}

export interface Agent {
  id: string
  address: string
  region: string
  resourceGroup: string
  architecture: string
  capacity: Slots
  firstContact: number
}

export type FolderPermission = 'ro' | 'rw' | 'wd'

/** A virtual folder; its contents are in the storage. */
export interface Folder {
  /** Dashed. */
  id: string
  name: string
  host: string
  usageMode: 'general' | 'model' | 'data'
  permission: FolderPermission
  /** Of its owner, a user or a project; the other is null. */
  userId: string | null
  projectId: string | null
  /** An e-mail. */
  creator: string
  isCloneable: boolean
  status: 'ready' | 'cloning' | 'delete-pending' | 'delete-ongoing' | 'delete-complete'
  createdAt: number
  unmanagedPath: string | null
  /** By id of a user: those it is shared with. */
  grants: Map<string, FolderGrant>
}

export interface FolderGrant {
  /** As it is told, and as sessions mount it. */
  permission: FolderPermission
  /** As calls look at it: another one only where a release goes by what was granted first. */
  rights: FolderPermission
}

export interface Invitation {
  id: string
  folderId: string
  /** E-mails. */
  inviter: string
  invitee: string
  permission: FolderPermission
  state: 'pending' | 'canceled' | 'accepted' | 'rejected'
  createdAt: number
  modifiedAt: number | null
}

interface ManagerState {
  status: 'running' | 'frozen'
  announcement: { enabled: boolean; message: string }
}

export interface ClusterState {
  domains: Map<string, Domain>
  /** By id, as users, images and folders. */
  projects: Map<string, Project>
  users: Map<string, User>
  /** By access key. */
  keypairs: Map<string, KeyPair>
  policies: Map<string, KeyPairPolicy>
  presets: Map<string, Preset>
  images: Map<string, Image>
  resourceGroups: Map<string, ResourceGroup>
  agents: Map<string, Agent>
  folders: Map<string, Folder>
  dotfiles: Map<DotfileOwner, Dotfile[]>
  /** By access key. */
  bootstrapScripts: Map<string, string>
  /** Of sessions and of clusters, by id, the oldest first. */
  templates: Map<string, Template>
  invitations: Map<string, Invitation>
  /** Bytes, by host and quota scope. */
  quotas: Map<string, number>
  /** Who is logged in at webservers, by the token that the manager gave, the oldest first; since 26.4. */
  logins: Map<string, { userId: string }>
  passwordsExpire: boolean
  manager: ManagerState
}

export const canonicalName = (image: Image): string => `${image.registry}/${image.name}:${image.tag}`

export function findImage(state: ClusterState, reference: string): Image | undefined {
  for (const image of state.images.values()) {
    if (canonicalName(image) === reference || image.aliases.includes(reference)) return image
  }
  return undefined
}

export function userByEmail(state: ClusterState, email: string): User | undefined {
  for (const user of state.users.values()) if (user.email === email) return user
  return undefined
}

/** Undefined where name, domain or password are wrong. */
export function userByPassword(
  state: ClusterState,
  given: { domain: string; username: string; password: string; token?: string | null },
): User | undefined {
  const { token } = given
  if (token)
    return [...state.users.values()].find(({ loginToken }) => loginToken !== null && sameText(loginToken, token))
  const user = userByEmail(state, given.username)
  return user?.domainName === given.domain && sameText(user.password, given.password) ? user : undefined
}

/** Those the user is a member of. */
export const projectsOf = (state: ClusterState, userId: string): Project[] =>
  [...state.projects.values()].filter((project) => project.members.has(userId))

/** By name within a domain, or by id. */
export function findProject(state: ClusterState, reference: string, domainName: string): Project | undefined {
  const byId = state.projects.get(reference)
  if (byId) return byId
  for (const project of state.projects.values()) {
    if (project.name === reference && project.domainName === domainName) return project
  }
  return undefined
}
