import { defineConfig } from 'vitest/config'
import type { JsonOptions } from 'vitest/node'

import { TableReporter } from './table.ts'

const conditions = ['backend-ai-source', 'import', 'module', 'default']
/** Where counts are wanted by another program. */
const report = process.env['TEST_REPORT']
/** The document whose table is written. */
const document = process.env['INTEROP_WRITE']

const json: ['json', JsonOptions][] = report ? [['json', { outputFile: report }]] : []

export default defineConfig({
  // Tests run the sources: no build is needed.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name: 'interop',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: './setup.ts',
    // What takes longer hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    maxConcurrency: 2,
    reporters: ['default', ...json, ...(document ? [new TableReporter(document)] : [])],
  },
})
