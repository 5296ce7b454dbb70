import type { KnipConfig } from 'knip'

export default {
  workspaces: {
    '.': {
      // The latter two are bundled into pages by name.
      entry: ['scripts/*.ts', 'scripts/runtimes/smoke/{login,upload}.ts'],
      // Programs that scripts/check-packages.ts starts by name.
      ignoreDependencies: ['@arethetypeswrong/cli', 'publint'],
    },
    'packages/client': {
      // Started by reliability-streams.thorough.test.ts, on each runtime.
      entry: ['src/testing/stream-program.ts'],
      // Of the system, for a disk that is full.
      ignoreBinaries: ['mount', 'umount'],
    },
    conformance: {
      // Started as processes of their own, by compare.ts, by transfers.test.ts and by hand; started by `pnpm interop`.
      entry: [
        'official-client/folders.ts',
        'official-client/ours.ts',
        'official-client/folders.ts',
        'suite/{upload,large}-program.ts',
        'interop/vitest.config.ts',
        'interop/setup.ts',
        'interop/*.test.ts',
      ],
    },
  },
} satisfies KnipConfig
