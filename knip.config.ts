import type { KnipConfig } from 'knip'

export default {
  workspaces: {
    '.': {
      entry: ['scripts/*.ts'],
      // Programs that scripts/check-packages.ts starts by name.
      ignoreDependencies: ['@arethetypeswrong/cli', 'publint'],
    },
    // Started by compare.ts, as a process of its own.
    conformance: { entry: ['official-client/ours.ts'] },
  },
} satisfies KnipConfig
