/** Which recipe of docs/proxies-and-certificates.md is tried on which runtime, and what comes of it. */
export type RuntimeName = 'node 22' | 'node 24' | 'deno' | 'bun'

/** A manager on plain HTTP; behind TLS; that demands a client's certificate; whose TLS front changes the Host header. */
export type Target = 'http' | 'https' | 'client certificate' | 'changed host'

/** `open` and `credentials` are the only way to the target then, but for what ignores them. */
type ProxyKind = 'none' | 'open' | 'credentials'

export interface Row {
  /** A block of the document, a {@link variants variant} of one, `plain` for a client from the environment alone, or `command`. */
  recipe: string
  runtimes: readonly RuntimeName[]
  target: Target
  proxy: ProxyKind
  /** Settings that the recipe is about: variables, by what they hold. */
  variables?: Readonly<Record<string, keyof Values>>
  /** Of the runtime. */
  options?: readonly string[]
  calls: boolean
  socket: boolean
  /** Part of the reason why not. */
  reason?: RegExp
  /** Where the manager has no name. Default: where something is to fail, so that nobody is asked for a name. */
  byAddress?: boolean
}

/** What variables can hold. */
export interface Values {
  on: string
  ca: string
  certificate: string
  key: string
  proxy: string
  /** The address of the proxy without the credentials that it demands. */
  proxyAlone: string
  /** The address that stands for the manager where it has no name. */
  address: string
}

/** Blocks of the document with one thing replaced, which it advises against. */
export const variants: Readonly<Record<string, { of: string; replace: readonly [string, string] }>> = {
  'node-proxy, undici 8': { of: 'node-proxy', replace: ["'undici'", "'undici-8'"] },
  'node-proxy, its fetch': { of: 'node-proxy', replace: ['{ ProxyAgent }', '{ fetch, ProxyAgent }'] },
}

const node = ['node 22', 'node 24'] as const
const all = [...node, 'deno', 'bun'] as const
const byProxy = { HTTP_PROXY: 'proxy', HTTPS_PROXY: 'proxy', NODE_USE_ENV_PROXY: 'on' } as const
const ca = { NODE_EXTRA_CA_CERTS: 'ca' } as const
const files = { PRIVATE_CA: 'ca', CLIENT_CERTIFICATE: 'certificate', CLIENT_KEY: 'key' } as const

/** The ways through a proxy: the endpoint, and whether there are credentials. */
const ways = (['http', 'https'] as const).flatMap((target) =>
  (['open', 'credentials'] as const).map((proxy) => ({ target, proxy })),
)

const direct = { target: 'https', proxy: 'none', byAddress: true } as const
const works = { calls: true, socket: true } as const
const fails = { calls: false, socket: false } as const
const callsAlone = { calls: true, socket: false } as const

export const rows: readonly Row[] = [
  // Certificates by the environment.
  { recipe: 'plain', runtimes: all, ...direct, ...fails, reason: /self.signed|UnknownIssuer/ },
  { recipe: 'plain', runtimes: all, ...direct, variables: ca, ...works },
  { recipe: 'plain', runtimes: [...node, 'deno'], ...direct, variables: { SSL_CERT_FILE: 'ca' }, ...fails },
  {
    recipe: 'plain',
    runtimes: node,
    ...direct,
    variables: { SSL_CERT_FILE: 'ca' },
    options: ['--use-openssl-ca'],
    ...works,
  },
  // Has NODE_EXTRA_CA_CERTS.
  { recipe: 'plain', runtimes: [...node, 'bun'], ...direct, options: ['--env-file=late.env'], ...fails },
  { recipe: 'plain', runtimes: ['deno'], ...direct, options: ['--env-file=late.env'], ...works },
  { recipe: 'plain', runtimes: ['bun'], ...direct, variables: { SSL_CERT_FILE: 'ca' }, ...works },
  { recipe: 'plain', runtimes: ['deno'], ...direct, variables: { DENO_CERT: 'ca' }, ...works },
  { recipe: 'plain', runtimes: all, ...direct, target: 'client certificate', variables: ca, ...fails },
  {
    recipe: 'plain',
    runtimes: all,
    ...direct,
    target: 'changed host',
    variables: ca,
    ...fails,
    reason: /AuthenticationError/,
  },
  // Certificates by code.
  { recipe: 'node-ca', runtimes: node, ...direct, variables: { PRIVATE_CA: 'ca' }, ...works },
  { recipe: 'node-ca', runtimes: ['bun'], ...direct, variables: { PRIVATE_CA: 'ca' }, ...fails },
  ...(['node', 'deno', 'bun'] as const).map((name): Row => {
    const runtimes = name === 'node' ? node : [name]
    const recipe = `${name}-client-certificate`
    return { recipe, runtimes, ...direct, target: 'client certificate', variables: files, ...works }
  }),
  // Proxies by the environment.
  ...ways.flatMap((way): Row[] => [
    { recipe: 'plain', runtimes: all, ...way, variables: { ...byProxy, ...ca }, ...callsAlone },
    { recipe: 'platform-socket', runtimes: node, ...way, variables: { ...byProxy, ...ca }, ...works },
    {
      recipe: 'platform-socket',
      runtimes: ['deno'],
      ...way,
      variables: { ...byProxy, ...ca },
      calls: true,
      socket: way.target === 'https',
    },
    { recipe: 'platform-socket', runtimes: ['bun'], ...way, variables: { ...byProxy, ...ca }, ...callsAlone },
  ]),
  {
    recipe: 'plain',
    runtimes: all,
    target: 'https',
    proxy: 'credentials',
    variables: { ...byProxy, ...ca, HTTP_PROXY: 'proxyAlone', HTTPS_PROXY: 'proxyAlone' },
    ...fails,
  },
  {
    recipe: 'plain',
    runtimes: all,
    target: 'https',
    proxy: 'open',
    variables: { ...byProxy, ...ca, NO_PROXY: 'address' },
    ...fails,
  },
  // Node goes by them only when told to.
  {
    recipe: 'plain',
    runtimes: node,
    target: 'https',
    proxy: 'open',
    variables: { ...ca, HTTPS_PROXY: 'proxy' },
    ...fails,
  },
  {
    recipe: 'platform-socket',
    runtimes: node,
    target: 'https',
    proxy: 'open',
    variables: { ...ca, HTTPS_PROXY: 'proxy' },
    options: ['--use-env-proxy'],
    ...works,
  },
  // Proxies by code, with the variable as a place to read from.
  ...ways.flatMap((way): Row[] => [
    { recipe: 'node-proxy', runtimes: node, ...way, variables: { HTTPS_PROXY: 'proxy', ...ca }, ...works },
    {
      recipe: 'deno-proxy',
      runtimes: ['deno'],
      ...way,
      variables: { HTTPS_PROXY: 'proxy', ...ca },
      calls: true,
      socket: way.target === 'https',
    },
    { recipe: 'bun-proxy', runtimes: ['bun'], ...way, variables: { HTTPS_PROXY: 'proxy', ...ca }, ...works },
  ]),
  {
    recipe: 'node-proxy',
    runtimes: node,
    target: 'https',
    proxy: 'open',
    variables: { HTTPS_PROXY: 'proxy', ...ca },
    ...callsAlone,
    reason: /altnames/,
    byAddress: true,
  },
  {
    recipe: 'node-proxy, undici 8',
    runtimes: node,
    target: 'https',
    proxy: 'open',
    variables: { HTTPS_PROXY: 'proxy', ...ca },
    ...fails,
    reason: /onRequestStart/,
  },
  {
    recipe: 'node-proxy, its fetch',
    runtimes: node,
    target: 'https',
    proxy: 'open',
    variables: { HTTPS_PROXY: 'proxy', ...ca },
    ...fails,
    reason: /Invalid URL/,
  },
  // The command: `ps`, and `run`, whose results are polled where no socket can be opened.
  { recipe: 'command', runtimes: node, ...direct, variables: ca, ...works },
  { recipe: 'command', runtimes: node, ...direct, variables: { BACKEND_SKIP_SSLCERT_VALIDATION: 'on' }, ...works },
  {
    recipe: 'command',
    runtimes: node,
    target: 'https',
    proxy: 'credentials',
    variables: { ...byProxy, ...ca },
    ...works,
  },
]
