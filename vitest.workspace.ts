import type { TestProjectConfiguration } from 'vitest/config'

/** The test projects; `vitest.config.ts` imports this list (docs/decisions/0002-vitest-workspace.md). */
const project = (name: string, root: string): TestProjectConfiguration => ({
  extends: true,
  test: { name, root, include: ['**/*.test.ts'] },
})

export default [
  project('core', 'packages/core/src'),
  project('streaming', 'packages/streaming/src'),
  project('client', 'packages/client/src'),
  project('emulator', 'packages/emulator/src'),
  project('cli', 'packages/cli/src'),
  project('conformance', 'conformance/suite'),
  project('workspace', 'scripts'),
] satisfies TestProjectConfiguration[]
