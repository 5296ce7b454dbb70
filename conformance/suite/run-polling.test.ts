import { onEachTarget } from './harness.ts'
import { testRuns } from './runs.ts'

onEachTarget('running code by polling', (target) => testRuns(target, { resumable: true }))
