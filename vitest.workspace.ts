import { configDefaults, type TestProjectConfiguration } from 'vitest/config'

/** The test projects; `vitest.config.ts` imports this list (docs/decisions/0002-vitest-workspace.md). */
const project = (name: string, root: string, isolate = true): TestProjectConfiguration => ({
  extends: true,
  test: { name, root, include: ['**/*.test.ts'], exclude: [...configDefaults.exclude, ...thorough], isolate },
})

/** What waits for minutes, all in all, runs by a name of its own: `pnpm check:streams`. */
const thorough = process.env['THOROUGH'] ? [] : ['**/*.thorough.test.ts']

/** Files of these share processes, whose start would take longer than they do. */
const shared = false

export default [
  project('core', 'packages/core/src', shared),
  project('auth', 'packages/auth/src', shared),
  project('streaming', 'packages/streaming/src', shared),
  project('client', 'packages/client/src', shared),
  project('emulator', 'packages/emulator/src'),
  project('cli', 'packages/cli/src', shared),
  project('conformance', 'conformance/suite'),
  project('workspace', 'scripts', shared),
] satisfies TestProjectConfiguration[]
