import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * The library in one piece. Pages load its parts when they need them, because each byte comes over a network; here each
 * file costs 1 ms, and while it is loaded a command has nothing else to do. What brings another package with it stays
 * apart: ky, for failures, takes 10 ms, and ws, for streams, 17.
 */
const libraryInOnePiece: Plugin = {
  name: 'library-in-one-piece',
  setup(build) {
    build.onLoad({ filter: /\/packages\/(core|client)\/src\/([a-z]+\/)?[\w-]+\.ts$/ }, async ({ path }) => {
      const pieces: string[] = []
      let text = await readFile(path, 'utf8')
      for (const [whole, file] of text.matchAll(/\bimport\('(\.\.?\/[\w/-]+\.ts)'\)/g)) {
        if (await bringsPackage(join(dirname(path), file!))) continue
        const name = `piece${pieces.length}`
        pieces.push(`import * as ${name} from '${file}'`)
        text = text.replace(whole, `Promise.resolve(${name})`)
      }
      return { contents: [text, ...pieces, ...libraryFor(path)].join('\n'), loader: 'ts' }
    })
    build.onLoad({ filter: /\/packages\/(auth|streaming)\/src\/index\.ts$/ }, async ({ path }) => ({
      contents: [await readFile(path, 'utf8'), ...libraryFor(path)].join('\n'),
      loader: 'ts',
    }))
  },
}

const packages = join(import.meta.dirname, '..')

/** Files that are loaded when they are needed. */
const loadedLater = new Set(
  globSync('{auth,cli,client,core,streaming}/src/**/*.ts', { cwd: packages }).flatMap((file) => {
    const text = readFileSync(join(packages, file), 'utf8')
    return Array.from(text.matchAll(/\bimport\('(?:(\.[^']+)|@backend-ai-sdk\/(\w+))'\)/g), ([, own, name]) =>
      join(packages, own ? join(dirname(file), own) : `${name}/src/index.ts`),
    )
  }),
)
/** What is loaded before it is known whether a command runs. */
for (const file of ['main', 'help']) loadedLater.delete(join(packages, `cli/src/${file}.ts`))

/**
 * What comes later has the connection, and all of the library, before it. Else the parts of the library that it uses would
 * be files of their own.
 */
const libraryFor = (path: string): string[] =>
  loadedLater.has(path) ? [`import '${join(packages, 'cli/src/connection.ts')}'`] : []

/** Does a file, or one that it imports, import another package? */
async function bringsPackage(path: string, seen: Set<string> = new Set()): Promise<boolean> {
  if (seen.has(path)) return false
  seen.add(path)
  const text = (await readFile(path, 'utf8')).replaceAll(/^import type .*?'$/gms, '')
  for (const [, name] of text.matchAll(/ from '([^']+)'/g)) {
    const isOwn = name!.startsWith('.')
    if (isOwn ? await bringsPackage(join(dirname(path), name!), seen) : name !== '@backend-ai-sdk/core') return true
  }
  return false
}

/**
 * esbuild makes a file of each set of modules that the same commands reach. What is small and used by many is given to
 * all of them, so that it is one file.
 */
const smallPartsInOnePiece: Plugin = {
  name: 'small-parts-in-one-piece',
  setup(build) {
    const parts = [
      'arguments',
      'attachment/escape-flag',
      'command',
      'commands/app/binding',
      'commands/run/decimals',
      'commands/run/ranges',
      'display-width',
      'failures',
      'output',
      'python-text',
      'table',
      'usage',
      'version',
    ].map((name) => join(import.meta.dirname, 'src', `${name}.ts`))
    const imports = parts.map((path) => `import '${path}'`)
    build.onLoad({ filter: /\/cli\/src\/.+\.ts$/ }, async ({ path }) => ({
      contents: [await readFile(path, 'utf8'), ...(parts.includes(path) ? [] : imports), ...libraryFor(path)].join(
        '\n',
      ),
      loader: 'ts',
    }))
  },
}

/** One program without dependencies. What a command does is a chunk of its own, and so is the local cluster of `dev`. */
export default defineConfig({
  entry: ['src/bin.ts'],
  format: 'esm',
  target: 'node22',
  platform: 'node',
  splitting: true,
  clean: true,
  noExternal: [/.*/],
  // Optional, and native: what uses them looks whether they are there.
  external: ['bufferutil', 'utf-8-validate', '@lydell/node-pty'],
  minify: true,
  // CommonJS packages inside of the bundle require Node's own modules. Made when asked for: it takes milliseconds, and
  // hardly a chunk has any.
  banner: {
    js: 'import{createRequire as createRequireOfBundle}from"node:module";let requireOfBundle;const require=(id)=>(requireOfBundle??=createRequireOfBundle(import.meta.url))(id);',
  },
  esbuildPlugins: [libraryInOnePiece, smallPartsInOnePiece],
  esbuildOptions(options) {
    // Only what is added: with 'import' here, the CommonJS of isomorphic-ws would get the ES module of ws.
    options.conditions = ['backend-ai-source']
  },
})
