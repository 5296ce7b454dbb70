import { ConfigError } from './errors.ts'

/**
 * Refuses keys that an options object does not have: a misspelt option would be ignored in silence.
 *
 * @throws ConfigError naming the key and the one that was probably meant.
 */
export function refuseUnknownKeys(given: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue
    const meant = nearest(key, known)
    throw new ConfigError(`Unknown key '${key}' in ${what}${meant ? `: did you mean '${meant}'?` : ''}`)
  }
}

/** The known name that is two edits away at most, or begins with the given one or the reverse. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  return known.find((candidate) => {
    const other = candidate.toLowerCase()
    return wanted.startsWith(other) || other.startsWith(wanted) || isWithin(wanted, other, 2)
  })
}

/** Do so many insertions, deletions and replacements lead from one text to the other? Tries 3^edits ways at most. */
function isWithin(a: string, b: string, edits: number): boolean {
  const [restA, restB] = [a.slice(1), b.slice(1)]
  if (a === b) return true
  if (a[0] === b[0]) return isWithin(restA, restB, edits)
  return (
    --edits >= 0 &&
    [
      [restA, b],
      [a, restB],
      [restA, restB],
    ].some(([x, y]) => isWithin(x!, y!, edits))
  )
}
