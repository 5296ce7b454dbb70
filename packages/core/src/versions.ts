/** API versions and releases (protocol §1). */
// The versions this SDK speaks, each with the first release that announces it (protocol §1.3).
export const firstRelease = {
  'v6.20200815': '20.9.0',
  'v6.20210815': '20.9.21',
  'v6.20220315': '22.3.0',
  'v6.20220615': '22.3.8',
  'v6.20230315': '23.3.0',
  'v7.20230615': '23.3.8',
  'v8.20240315': '24.3.0',
  'v8.20240915': '24.9.0',
  'v9.20250722': '25.12.0',
}

/** Servers accept only exact values of their own list (protocol §1.2). */
export type APIVersion = keyof typeof firstRelease

/** The API versions this SDK speaks, oldest first. */
export const apiVersions = Object.keys(firstRelease) as APIVersion[]

/** What is known of a server. */
export interface ServerInfo {
  /** The version spoken with it: the newest that both sides know. */
  apiVersion: APIVersion
  /** Release of the manager, `26.9.6`; the oldest that fits where the server or the caller does not tell it. */
  release: string
}

// Compared as numbers: as texts, v10 would come before v9, and 23.9.10 before 23.09.
export function compareReleases(a: string, b: string): number {
  const left = a.match(/\d+/g) ?? []
  const right = b.match(/\d+/g) ?? []
  for (let i = 0; i in left || i in right; i++) {
    const difference = Number(left[i] ?? 0) - Number(right[i] ?? 0)
    if (difference) return difference
  }
  return 0
}

/** Is the server at least of this release (`24.09`), or does it speak at least this API version (`v6.20210815`)? */
export function isAtLeast(server: ServerInfo, since: string): boolean {
  return compareReleases(since.startsWith('v') ? server.apiVersion : server.release, since) >= 0
}
