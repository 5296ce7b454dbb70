import type { KnipConfig } from 'knip'

export default {
  workspaces: {
    '.': {
      // The latter is bundled into a page by name.
      entry: ['scripts/*.ts', 'scripts/runtimes/smoke/login.ts'],
      // Programs that scripts/check-packages.ts starts by name.
      ignoreDependencies: ['@arethetypeswrong/cli', 'publint'],
    },
    conformance: {
      // Started as processes of their own, by compare.ts, by transfers.test.ts and by hand; started by `pnpm interop`.
      entry: [
        'official-client/folders.ts',
        'official-client/ours.ts',
        'suite/upload-program.ts',
        'interop/vitest.config.ts',
        'interop/setup.ts',
        'interop/*.test.ts',
      ],
    },
  },
} satisfies KnipConfig
