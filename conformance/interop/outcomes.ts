/** What comes of a call of the official client, and how the table says it. */
import { expect } from 'vitest'

import type { Version } from './python-clients.ts'

export interface Outcome {
  cell: 'works' | '**fails**' | 'not served' | '–'
  /** What the driver answers, or what the command did. Absent where the release has no such call. */
  expected?: unknown
}
export type Outcomes = Outcome | Readonly<Record<Version, Outcome>>

export const outcomeOf = (outcomes: Outcomes, version: Version): Outcome =>
  'cell' in outcomes ? outcomes : outcomes[version]

const error = (text: RegExp | string): unknown => ({ error: expect.stringMatching(text) as unknown })

export const returns = (value: unknown): Outcome => ({ cell: 'works', expected: { value } })
/** As it should. */
export const raises = (text: RegExp | string): Outcome => ({ cell: 'works', expected: error(text) })
/** Client and server of that release do not understand each other there; on a real manager neither. */
export const fails = (text: RegExp | string): Outcome => ({ cell: '**fails**', expected: error(text) })
/** The emulator has no such route. */
export const notServed: Outcome = { cell: 'not served', expected: error(/404, 'Not Found'.*Unknown URL path/) }
export const absent: Outcome = { cell: '–' }

export const byVersion = (older: Outcome, newer: Outcome): Outcomes => ({ '23.9.10': older, '26.9.6': newer })
