import { defineConfig } from 'tsup'

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
  // CommonJS packages inside of the bundle require Node's own modules.
  banner: {
    js: 'import{createRequire as createRequireOfBundle}from"node:module";const require=createRequireOfBundle(import.meta.url);',
  },
  esbuildOptions(options) {
    // Only what is added: with 'import' here, the CommonJS of isomorphic-ws would get the ES module of ws.
    options.conditions = ['source']
  },
})
