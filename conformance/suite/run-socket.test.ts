import { onEachTarget } from './harness.ts'
import { testRuns } from './runs.ts'

onEachTarget('running code over the socket', (target) => testRuns(target, {}))
