/** What agents as released do to single records; see `release-faults.ts`. */
import { isObject, parseJson } from '../formats/json.ts'
import type { ConsoleRecord } from '../kernel/kernel.ts'

/** An exception inside the agent, as Python shows it. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
}

/** html is handed to a JSON parser, whose object is taken for a record. */
export function readHTML(record: ConsoleRecord): ConsoleRecord {
  if (record[0] !== 'html') return record
  const parsed = parseJson(record[1])
  if (!parsed) throw new AgentError("JSONDecodeError('Expecting value: line 1 column 1 (char 0)')")
  const { type, data } = isObject(parsed.value) ? parsed.value : {}
  if (typeof type !== 'string' || typeof data !== 'string') throw new AgentError("KeyError('type')")
  return ['media', [type, data]]
}

const utf8 = new TextEncoder()

/** Text beyond the limit is gone, whole characters. */
export function shorten(record: ConsoleRecord, limit: number): ConsoleRecord {
  // No character of a string has more than three bytes.
  if (record[0] === 'media' || record[1].length * 3 <= limit) return record
  const bytes = utf8.encode(record[1])
  if (bytes.length <= limit) return record
  return [record[0], new TextDecoder().decode(bytes.subarray(0, limit), { stream: true })]
}
