/** How large the parts of an upload are where progress is told by whole parts alone: in pages. */

export const smallestPart = 256 * 1024

/** Of what nothing is known yet. */
export const firstPart = 1024 * 1024

/** Milliseconds between two steps of a bar. */
const step = 1000

/**
 * What takes a second at the rate of the part before, and at most twice as much as that part.
 *
 * @param sent bytes of the part before. @param took milliseconds. @param most bytes.
 */
export function nextPartSize(sent: number, took: number, most: number): number {
  const wanted = Math.min(took > 0 ? Math.round((sent / took) * step) : Infinity, sent * 2)
  return Math.min(Math.max(wanted, smallestPart), most)
}
