/** The first contact with a server. */
import { learnClock } from './clock.ts'
import { ConfigError, UnsupportedError } from './errors.ts'
import type { Received } from './perform.ts'
import type { TransportState } from './state.ts'
import { apiVersions, compareReleases, firstRelease, type APIVersion, type ServerInfo } from './versions.ts'

/** Takes from the first answer what it tells: release, API version, and the time there. */
export function contact(state: TransportState, { response }: Received, start: number, document: unknown): ServerInfo {
  learnClock(state, response.headers, start)
  return negotiate(document)
}

/** Reads the answer of `GET /`, `{"version": "v9.20250722", "manager": "26.9.6"}`. */
export function negotiate(document: unknown): ServerInfo {
  const { version, manager } = (document ?? {}) as { version?: unknown; manager?: unknown }
  if (typeof version !== 'string' || !/^v\d+\.\d{8}$/.test(version)) throw new TypeError('No API version.')
  const apiVersion = apiVersions.findLast((known) => compareReleases(known, version) <= 0)
  const release = typeof manager === 'string' ? manager : undefined
  if (apiVersion) return { apiVersion, release: release ?? firstRelease[apiVersion] }
  throw new UnsupportedError(
    `This server speaks ${version}, and the SDK ${apiVersions[0]} (release 20.09) or newer.`,
    'api-version',
    release ?? 'unknown',
  )
}

/** For clients that skip the negotiation by naming the version. */
export function assumedServer(apiVersion: string, release?: string): ServerInfo {
  if (!(apiVersion in firstRelease)) throw new ConfigError(`apiVersion must be one of ${apiVersions.join(', ')}.`)
  return { apiVersion: apiVersion as APIVersion, release: release ?? firstRelease[apiVersion as APIVersion] }
}
