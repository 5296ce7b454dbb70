import { availableParallelism, cpus, loadavg } from 'node:os'

/** What the numbers depend on. */
export function describeMachine(): string {
  const date = new Date().toISOString().slice(0, 10)
  const load = loadavg().map((value) => value.toFixed(2))
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${date}: ${availableParallelism()} cores of ${model}, load average ${load.join(', ')} before the run, Node ${process.versions.node}.`
}
