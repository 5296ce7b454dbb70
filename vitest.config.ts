import { defineConfig } from 'vitest/config'

import projects from './vitest.workspace.ts'

const conditions = ['backend-ai-source', 'import', 'module', 'default']
/** Where counts are wanted by another program. */
const report = process.env['TEST_REPORT']

export default defineConfig({
  // Tests run the sources: no build is needed.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    // What does not come hangs; how long the rest takes is no test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Most of them wait for processes and sockets.
    maxWorkers: 4,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
