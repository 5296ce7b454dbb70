import { readFile } from 'node:fs/promises'

import { defineConfig, type Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * The library in one piece. Pages load its parts when they need them, because each byte comes over a network; here each
 * file costs 1 ms, and while it is loaded a command has nothing else to do.
 */
const libraryInOnePiece: Plugin = {
  name: 'library-in-one-piece',
  setup(build) {
    build.onLoad({ filter: /\/packages\/(core|client)\/src\/[\w-]+\.ts$/ }, async ({ path }) => {
      const parts: string[] = []
      const text = (await readFile(path, 'utf8')).replaceAll(/\bimport\('(\.\/[\w-]+\.ts)'\)/g, (_, file: string) => {
        const name = `lazyPart${parts.length}`
        parts.push(`import * as ${name} from '${file}'`)
        return `Promise.resolve(${name})`
      })
      return { contents: [text, ...parts].join('\n'), loader: 'ts' }
    })
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
  esbuildPlugins: [libraryInOnePiece],
  esbuildOptions(options) {
    // Only what is added: with 'import' here, the CommonJS of isomorphic-ws would get the ES module of ws.
    options.conditions = ['backend-ai-source']
  },
})
