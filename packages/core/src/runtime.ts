/** The only file that asks on which runtime this runs. */

type EnvironmentVariables = Record<string, string | undefined>

/** Of Node, Deno and Bun; empty in browsers and workers. */
export function environmentVariables(): EnvironmentVariables {
  const { process } = globalThis as { process?: { env?: EnvironmentVariables } }
  return process?.env ?? {}
}

/** A module of Node's that the runtime has built in; undefined in browsers. */
export function builtinModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name)
}

/** Elsewhere code comes over a network, which may be gone when more of it is needed. */
export function isLoadedFromDisk(): boolean {
  const { process } = globalThis as { process?: { getBuiltinModule?: unknown } }
  return process?.getBuiltinModule !== undefined
}

/**
 * Whether bodies of requests should be streams. To Node large blobs and arrays are slow bodies (6 to 22 times the
 * time of TCP); elsewhere streams are slow, lose their length, or are not possible.
 */
export function prefersStreamedBodies(): boolean {
  const { process } = globalThis as { process?: { versions?: Record<string, string | undefined> } }
  return process?.versions?.['node'] !== undefined && !('Deno' in globalThis) && !('Bun' in globalThis)
}

/** Lower-case hex text of `bytes` random bytes; works on pages that are no secure context, unlike `randomUUID`. */
export function randomHex(bytes: number): string {
  const random = new Uint8Array(bytes)
  // WebCrypto takes Node 5 ms to load.
  const builtin = builtinModule('node:crypto') as { randomFillSync(bytes: Uint8Array): unknown } | undefined
  if (builtin) builtin.randomFillSync(random)
  else crypto.getRandomValues(random)
  return toHex(random)
}

export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}
