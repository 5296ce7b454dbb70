/** A group and the bench's rule: a goal is missed only where the best of three runs misses its limit. */
import { chosen, type Comparison, type Group } from './group.ts'
import { verdictOf, type Result } from './report.ts'
import { medianOf, ratioOf, roundRobin, type Rounds } from './round-robin.ts'

const mostRuns = 3

export async function measure(group: Group, goals: readonly number[] | undefined): Promise<Result[]> {
  await using arena = await group.open()

  async function run(comparisons: readonly Comparison[]): Promise<Rounds> {
    const names = new Set(comparisons.flatMap(({ of, to }) => [of, to]))
    const variants = Object.fromEntries(Object.entries(arena.variants).filter(([name]) => names.has(name)))
    const times = await roundRobin(variants, group.plan)
    const medians = Object.entries(times).map(([name, times]) => `${name} ${medianOf(times).toFixed(1)}`)
    console.error(`  median times: ${medians.join(', ')}`)
    return times
  }

  const comparisons = chosen(group, goals)
  const first = await run(comparisons)
  const results = comparisons.map((comparison): Result => {
    const { of, to } = comparison
    return { ...comparison, ratio: ratioOf(first[of]!, first[to]!), runs: 1 }
  })
  for (let runs = 2; runs <= mostRuns; runs++) {
    const missed = results.filter((result) => verdictOf(result, result.ratio) === 'missed')
    if (missed.length === 0) break
    const again = await run(missed)
    for (const result of missed) {
      const ratio = ratioOf(again[result.of]!, again[result.to]!)
      if (ratio.median < result.ratio.median) result.ratio = ratio
      result.runs = runs
    }
  }
  return results
}
