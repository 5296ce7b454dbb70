/** Amounts of resources by slot name, `cpu`, `mem`, `cuda.shares`, …, as the server writes them (protocol 02 §9.1). */
export type ResourceSlots = Record<string, string>

/** GraphQL's JSON scalars are text; null and what cannot be read become undefined. */
export function parseJSON(text: unknown): unknown {
  if (typeof text !== 'string') return text ?? undefined
  try {
    return (JSON.parse(text) as unknown) ?? undefined
  } catch {
    return undefined
  }
}
