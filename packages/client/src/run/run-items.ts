/** What a run brings, in the order it happened. */
import type { ExecuteResult } from '@backend-ai-sdk/streaming'

export type RunItem =
  | { type: 'stdout' | 'stderr'; text: string }
  /** `data` is a data URI for png and jpeg, XML text for svg. */
  | { type: 'media'; mime: string; data: string }
  /** As the code made it: show it in a sandbox only. */
  | { type: 'html'; html: string }
  /** Of a build, with runtimes that write it. */
  | { type: 'log'; data: unknown }
  | InputRequest
  /** Steps of a batch run; a skipped step ends with 0. */
  | { type: 'clean-finished' | 'build-finished'; exitCode: number }
  /** The last item. */
  | { type: 'finished'; exitCode: number }

/** The code reads a line; what it printed as a prompt came before as stdout. */
export interface InputRequest {
  type: 'input'
  isPassword: boolean
  /** Without the line end. The run goes on once it is called. */
  reply(text: string): void
}

/** Records of a result's console (protocol 02 §3.3); kinds that are not known are left out. */
export function* consoleItems(records: ExecuteResult['console']): Generator<RunItem> {
  for (const [kind, payload] of records) {
    if (kind === 'stdout' || kind === 'stderr') yield { type: kind, text: String(payload) }
    else if (kind === 'html') yield { type: 'html', html: String(payload) }
    else if (kind === 'log') yield { type: 'log', data: payload }
    else if (kind === 'media' && Array.isArray(payload)) {
      const [mime, data] = payload.map(String) as [string, string]
      // Written so by python-prelude.ts.
      yield mime === 'text/html' ? { type: 'html', html: data } : { type: 'media', mime, data }
    }
  }
}
