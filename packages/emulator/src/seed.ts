/** What a new cluster holds, after the recorded ones. */
import { parseSize, type Slots } from './formats/sizes.ts'
import type { EmulatorOptions, ImageOptions, UserOptions } from './options.ts'
import type { Profile } from './profiles.ts'
import { newAccessKey, newHex, newPassword, newSecretKey, newUUID } from './random.ts'
import type { ClusterState, Image, KeyPair, User } from './state.ts'
import { defaultHost, hostPermissions } from './storage/folder-hosts.ts'

const defaultUsers: readonly UserOptions[] = [
  { email: 'admin@lablup.com', role: 'superadmin' },
  { email: 'domain-admin@lablup.com', role: 'admin' },
  { email: 'user@lablup.com' },
  { email: 'user2@lablup.com' },
  { email: 'monitor@lablup.com', role: 'monitor' },
]

/** Alias `python` names 3.9 as on the recorded clusters, whose apps these are; which Python really runs is the kernel's matter. */
function defaultImages(profile: Profile): ImageOptions[] {
  const isNew = profile.name === '26.9'
  const files = isNew ? 'webapp:http:8000' : 'httpd:http:8100,echo:tcp:8200'
  const notebooks = `ipython:pty:3000,jupyter:http:${isNew ? 8091 : 8080},jupyterlab:http:8090`
  const python = { language: 'python', servicePorts: `${notebooks},${files}` }
  return [
    {
      ...python,
      reference: 'cr.backend.ai/stable/python:3.9-ubuntu20.04',
      aliases: ['python', 'python:3.9-ubuntu20.04', 'python:3.9'],
    },
    {
      ...python,
      reference: 'cr.backend.ai/stable/python:3.11-ubuntu20.04',
      aliases: ['python:3.11-ubuntu20.04', 'python:3.11'],
    },
    {
      reference: 'cr.backend.ai/stable/node:22-ubuntu22.04',
      language: 'node',
      aliases: ['node', 'node:22'],
      servicePorts: 'webapp:http:8000,echo:tcp:8200',
    },
    { reference: 'cr.backend.ai/stable/shell:1.0-linux', language: 'shell', aliases: ['shell'], servicePorts: files },
  ]
}

function image(options: ImageOptions, profile: Profile): Image {
  const match = /^([^/]+)\/(.+):([^:/]+)$/.exec(options.reference)
  if (!match) throw new TypeError(`The image ${options.reference} is not written as registry/name:tag.`)
  const [, registry = '', name = '', tag = ''] = match
  // The minimum of the recorded images; it shows in messages (055; 26.9: 059).
  const memory = profile.name === '26.9' ? '256m' : '64m'
  return {
    id: newUUID(),
    registry,
    name,
    tag,
    architecture: 'x86_64',
    digest: `sha256:${newHex(32)}`,
    sizeBytes: 123_456_789,
    aliases: [...(options.aliases ?? [])],
    language: options.language,
    minimum: { cpu: 1, mem: parseSize(memory) ?? 0 },
    labels: {
      'ai.backend.kernelspec': '1',
      'ai.backend.role': 'COMPUTE',
      'ai.backend.envs.corecount': 'OPENBLAS_NUM_THREADS,OMP_NUM_THREADS,NPROC',
      'ai.backend.features': 'batch query uid-match user-input',
      'ai.backend.base-distro': tag.split('-').at(-1) ?? '',
      'ai.backend.resource.min.cpu': '1',
      'ai.backend.resource.min.mem': memory,
      'ai.backend.runtime-type': options.language,
      'ai.backend.runtime-path': `/usr/bin/${options.language}`,
      'ai.backend.service-ports': options.servicePorts ?? '',
    },
  }
}

/** A new user with its key pair, not yet in any state. */
function newUser(options: UserOptions, now: number, domainName: string): { user: User; keypair: KeyPair } {
  const id = newUUID()
  const username = options.username ?? options.email.split('@', 1)[0] ?? options.email
  const accessKey = options.accessKey ?? newAccessKey()
  const role = options.role ?? 'user'
  return {
    user: {
      id,
      email: options.email,
      username,
      fullName: options.fullName ?? username,
      description: '',
      password: options.password ?? newPassword(),
      otp: options.otp === undefined ? null : { code: options.otp, isRegistered: !options.otpUnregistered },
      isPasswordExpired: options.passwordExpired ?? false,
      loginToken: options.loginToken ?? null,
      role,
      status: options.status ?? 'active',
      statusInfo: 'admin-requested',
      createdAt: now,
      modifiedAt: now,
      domainName,
      resourcePolicy: 'default',
      mainAccessKey: accessKey,
    },
    keypair: {
      accessKey,
      secretKey: options.secretKey ?? newSecretKey(),
      userId: id,
      isActive: (options.status ?? 'active') === 'active',
      isAdmin: role === 'superadmin' || role === 'admin',
      resourcePolicy: 'default',
      rateLimit: 30_000,
      createdAt: now,
      lastUsed: null,
      queries: 0,
      sshPublicKey: null,
    },
  }
}

function slots(given: Readonly<Record<string, string | number>>): Slots {
  return Object.fromEntries(
    Object.entries(given).map(([name, amount]) => {
      const number = name === 'mem' ? parseSize(amount) : Number(amount)
      if (number === null || Number.isNaN(number)) throw new TypeError(`The slot ${name} cannot be "${amount}".`)
      return [name, number]
    }),
  )
}

/** Domain, project, policy, presets, resource group and agent. */
function emptyCluster(options: EmulatorOptions, profile: Profile, now: number): ClusterState {
  const { policy = {}, capacity = {} } = options
  const folderHosts: Record<string, readonly string[]> =
    policy.hostPermissions?.length === 0 ? {} : { [defaultHost]: policy.hostPermissions ?? hostPermissions }
  const gibibyte = 1024 ** 3
  const presets = [
    { name: 'cpu01-small', resourceSlots: { cpu: 1, mem: gibibyte }, sharedMemory: null },
    { name: 'cpu02-medium', resourceSlots: { cpu: 4, mem: 8 * gibibyte }, sharedMemory: gibibyte },
  ]
  const project = newUUID()
  return {
    domains: new Map([
      [
        'default',
        {
          name: 'default',
          description: 'The default domain',
          isActive: true,
          createdAt: now,
          modifiedAt: now,
          totalResourceSlots: {},
          allowedFolderHosts: folderHosts,
          allowedDockerRegistries: ['cr.backend.ai'],
          integrationId: null,
          resourceGroups: ['default'],
        },
      ],
    ]),
    projects: new Map([
      [
        project,
        {
          id: project,
          name: 'default',
          description: 'The default user group',
          isActive: true,
          createdAt: now,
          modifiedAt: now,
          domainName: 'default',
          totalResourceSlots: {},
          allowedFolderHosts: {},
          integrationId: null,
          resourcePolicy: 'default',
          type: 'GENERAL',
          resourceGroups: [],
          members: new Set<string>(),
        },
      ],
    ]),
    users: new Map(),
    keypairs: new Map(),
    policies: new Map([
      [
        'default',
        {
          name: 'default',
          createdAt: now,
          defaultForUnspecified: 'UNLIMITED',
          totalResourceSlots: slots(policy.resourceSlots ?? {}),
          concurrentSessions: policy.concurrentSessions ?? 30,
          containersPerSession: policy.containersPerSession ?? (profile.name === '26.9' ? 4 : 1),
          pendingSessions: policy.pendingSessions ?? null,
          idleTimeout: 3600,
          allowedFolderHosts: folderHosts,
        },
      ],
    ]),
    presets: new Map(presets.map((preset) => [preset.name, { id: newUUID(), ...preset }])),
    images: new Map(
      [...defaultImages(profile), ...(options.images ?? [])].map((given) => {
        const made = image(given, profile)
        return [made.id, made]
      }),
    ),
    resourceGroups: new Map([
      [
        'default',
        {
          name: 'default',
          description: 'The default resource group',
          isActive: true,
          isPublic: true,
          createdAt: now,
          driver: 'static',
          scheduler: 'fifo',
          proxyAddress: null,
        },
      ],
    ]),
    agents: new Map([
      [
        'i-local',
        {
          id: 'i-local',
          address: 'tcp://127.0.0.1:6001',
          region: 'local',
          resourceGroup: 'default',
          architecture: 'x86_64',
          capacity: slots({ cpu: capacity.cpu ?? 16, mem: capacity.mem ?? '64g' }),
          firstContact: now,
        },
      ],
    ]),
    folders: new Map(),
    dotfiles: new Map(),
    bootstrapScripts: new Map(),
    templates: new Map(),
    invitations: new Map(),
    quotas: new Map(),
    logins: new Map(),
    passwordsExpire: false,
    manager: { status: 'running', announcement: { enabled: false, message: '' } },
  }
}

export function newState(options: EmulatorOptions, profile: Profile, now: number): ClusterState {
  const state = emptyCluster(options, profile, now)
  const users: readonly UserOptions[] = options.users ?? defaultUsers
  state.passwordsExpire = options.policy?.passwordsExpire ?? users.some(({ passwordExpired }) => passwordExpired)
  for (const given of users) {
    const keypair = newAccount(state, given, now, 'default')
    if (options.policy?.rateLimit !== undefined) keypair.rateLimit = options.policy.rateLimit
  }
  return state
}

/** A user, member of all projects. */
export function newAccount(state: ClusterState, given: UserOptions, now: number, domainName: string): KeyPair {
  const { user, keypair } = newUser(given, now, domainName)
  state.users.set(user.id, user)
  state.keypairs.set(keypair.accessKey, keypair)
  for (const project of state.projects.values()) project.members.add(user.id)
  return keypair
}
