/**
 * What a page loads, gzipped, by import style. Only static imports count: what is loaded with the first run or the first
 * creation has its own line.
 */
const lazily = {
  name: 'dynamic-imports-are-other-files',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

const bundle = { conditions: ['backend-ai-source'], format: 'esm', legalComments: 'none', target: 'es2022' }

const modifyEsbuildConfig = (config) => ({
  ...config,
  ...bundle,
  plugins: [...(config.plugins ?? []), lazily],
})

/** What the client has loaded already is not counted, nor the reader of ZIP archives, which a directory of 1,000 entries loads. */
const forNode = (config) => ({ ...config, ...bundle, platform: 'node', external: ['@backend-ai-sdk/*', 'yauzl'] })

const whole = (config) => ({ ...config, ...bundle })

export default [
  {
    name: 'core, signing with keys',
    path: 'packages/core/src/index.ts',
    import: '{ createTransport, keypair }',
    limit: '13 kB',
    gzip: true,
    modifyEsbuildConfig,
  },
  {
    name: 'sessions alone',
    path: 'packages/client/src/index.ts',
    import: '{ createTransport, keypair, Sessions }',
    limit: '15 kB',
    gzip: true,
    modifyEsbuildConfig,
  },
  {
    name: 'createClient',
    path: 'packages/client/src/index.ts',
    import: '{ createClient, keypair }',
    limit: '16 kB',
    gzip: true,
    modifyEsbuildConfig,
  },
  {
    // Tunnels and app proxies are 3 kB of it, folders 8 kB, transfers 10 kB, the reader and writer of YAML, for templates, 33 kB.
    name: 'createClient with everything that it can load',
    path: 'packages/client/src/index.ts',
    import: '{ createClient, keypair }',
    limit: '128 kB',
    gzip: true,
    modifyEsbuildConfig: whole,
  },
  {
    name: 'client/xterm, beside the client',
    path: 'packages/client/src/xterm.ts',
    limit: '3 kB',
    gzip: true,
    modifyEsbuildConfig,
  },
  {
    // Uploads, downloads and lists are 13 kB of it, which a client that has loaded them shares; 1 kB unpacks archives, once it must.
    name: 'client/node, beside the client',
    path: 'packages/client/src/node.ts',
    limit: '20 kB',
    gzip: true,
    modifyEsbuildConfig: forNode,
  },
]
