/** Variants measured by turns, so that the noise of the machine meets all of them, and compared within each round. */

/** What a variant did in its turn. */
interface Turn {
  calls: number
  /** In any unit that all variants of a group share. */
  time: number
}

export type Variant = () => Promise<Turn>

export interface Plan {
  rounds: number
  /** Of each variant in a round. Many short ones meet the same noise as those of the others. */
  turns: number
}

/** Time per call of each variant, one for each round. */
export type Rounds = Record<string, number[]>

export async function roundRobin(variants: Readonly<Record<string, Variant>>, plan: Plan): Promise<Rounds> {
  const names = Object.keys(variants)
  const rounds: Rounds = Object.fromEntries(names.map((name) => [name, []]))
  await takeTurns(variants, plan.turns) // warms up
  for (let round = 0; round < plan.rounds; round++) {
    const sums = await takeTurns(variants, plan.turns)
    for (const [name, { calls, time }] of sums) rounds[name]!.push(time / calls)
  }
  return rounds
}

async function takeTurns(variants: Readonly<Record<string, Variant>>, turns: number): Promise<Map<string, Turn>> {
  const sums = new Map(Object.keys(variants).map((name) => [name, { calls: 0, time: 0 }]))
  for (let turn = 0; turn < turns; turn++) {
    // There and back, since each leaves its garbage to the next.
    for (const [name, sum] of turn % 2 === 0 ? sums : [...sums].toReversed()) {
      const { calls, time } = await variants[name]!()
      sum.calls += calls
      sum.time += time
    }
  }
  return sums
}

export interface Ratio {
  median: number
  lowest: number
  highest: number
}

export function ratioOf(times: readonly number[], base: readonly number[]): Ratio {
  const ratios = times.map((time, round) => time / base[round]!)
  return { median: medianOf(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2
}
