/** What was probably meant. */

/** Insertions, deletions and replacements that lead from one text to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** The known names that are closest to a wrong one, if they are close enough to have been meant. */
export function nearest(name: string, known: readonly string[]): string[] {
  if (name.length > 64) return []
  const ranked = known.map((candidate) => {
    const shorter = Math.min(candidate.length, name.length)
    const begins = shorter > 1 && candidate.slice(0, shorter) === name.slice(0, shorter)
    const longer = Math.max(candidate.length, name.length)
    const cost = begins ? 0.5 : distance(name, candidate)
    // Half of a short word may be wrong, a third of a long one.
    return { candidate, cost: cost <= Math.max(Math.min(2, longer / 2), longer / 3) ? cost : Number.POSITIVE_INFINITY }
  })
  const best = Math.min(...ranked.map(({ cost }) => cost))
  return best === Number.POSITIVE_INFINITY
    ? []
    : ranked.filter(({ cost }) => cost === best).map(({ candidate }) => candidate)
}
