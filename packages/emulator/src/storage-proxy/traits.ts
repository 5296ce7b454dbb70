/** What differs by release at the storage proxy (protocol 03 §2; observed 23.9.10 and 26.9.6). */
import type { ProfileName } from '../profiles.ts'

export interface StorageProxyTraits {
  /**
   * Of `Upload-Offset`: `ignored`, bytes are always appended (≤26.1); `kept`, checked against the bytes received so far
   * (26.2–26.4.3); `committed`, checked against the end of the last PATCH that was whole (≥26.4.4).
   */
  offsets: 'ignored' | 'kept' | 'committed'
  /** Missing directories above a finished file are made (≥22.09.22). */
  makesParents: boolean
  /** The query's `dst_dir` (≥23.03.3). */
  targetDirectory: boolean
  /** `GET /` (≥22.09.23). */
  status: boolean
  /** `/download-archive` (≥26.3). */
  archives: boolean
  /** Siblings that are served in place of a file; `br` comes with newer releases of aiohttp. */
  encodings: readonly (readonly [encoding: string, extension: string])[]
  /** `error_code` and `msg`; before 25.18 the sentence is in the type. */
  errorCode: boolean
}

const old: StorageProxyTraits = {
  offsets: 'ignored',
  makesParents: false,
  targetDirectory: false,
  status: false,
  archives: false,
  encodings: [['gzip', '.gz']],
  errorCode: false,
}

const middle: StorageProxyTraits = { ...old, makesParents: true, targetDirectory: true, status: true }

export const storageProxyTraits: Readonly<Record<ProfileName, StorageProxyTraits>> = {
  '20.09': old,
  '23.09': middle,
  '26.9': {
    ...middle,
    offsets: 'committed',
    archives: true,
    encodings: [
      ['br', '.br'],
      ['gzip', '.gz'],
    ],
    errorCode: true,
  },
}
