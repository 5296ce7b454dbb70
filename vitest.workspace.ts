import type { TestProjectConfiguration } from 'vitest/config'

/** The test projects; `vitest.config.ts` imports this list (docs/decisions/0002-vitest-workspace.md). */
const project = (name: string, root: string, isolate = true): TestProjectConfiguration => ({
  extends: true,
  test: { name, root, include: ['**/*.test.ts'], isolate },
})

/** Files of these share processes, whose start would take longer than they do. */
const shared = false

export default [
  project('core', 'packages/core/src', shared),
  project('streaming', 'packages/streaming/src', shared),
  project('client', 'packages/client/src', shared),
  project('emulator', 'packages/emulator/src'),
  project('cli', 'packages/cli/src'),
  project('conformance', 'conformance/suite'),
  project('workspace', 'scripts', shared),
] satisfies TestProjectConfiguration[]
