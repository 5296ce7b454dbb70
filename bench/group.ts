/** Variants that take turns, and which of them are compared. */
import type { Plan, Variant } from './round-robin.ts'

export interface Comparison {
  /** Of research/performance.md §10; none where it is only shown beside the goals. */
  goal?: number
  title: string
  /** Names of variants: the ratio is the time of the one to that of the other. */
  of: string
  to: string
  limit?: number
  stretch?: number
}

export interface Group {
  /** At least 7 rounds. */
  plan: Plan
  comparisons: readonly Comparison[]
  /** Says what is missing, where it cannot be measured. */
  obstacle?(): string | undefined
  open(): Promise<Arena>
}

/** What a group needs while it is measured. */
interface Arena extends AsyncDisposable {
  readonly variants: Readonly<Record<string, Variant>>
}

/** The comparisons of these goals; without them all. */
export function chosen(group: Group, goals: readonly number[] | undefined): readonly Comparison[] {
  return goals ? group.comparisons.filter(({ goal }) => goal && goals.includes(goal)) : group.comparisons
}
