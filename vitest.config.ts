import { defineConfig } from 'vitest/config'

import projects from './vitest.workspace.ts'

const conditions = ['source', 'import', 'module', 'default']

export default defineConfig({
  // Tests run the sources: no build is needed.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { projects, testTimeout: 20_000 },
})
