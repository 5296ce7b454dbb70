/* oxlint-disable vitest/no-conditional-expect -- what is compared depends on the kind of recording */
/**
 * Exchanges that were recorded from real clusters, replayed as they are: with the recorded headers, signatures, targets
 * and dates. What comes back is compared with what came back then; only what must differ is made alike first.
 */
import { afterAll, describe, expect, test, vi } from 'vitest'

import { readRecording, type Exchange } from '../../../conformance/recordings.ts'
import recordings from '../fixtures/recordings.json' with { type: 'json' }
import { alike, Replay, said, shape, without } from './testing-replay.ts'

/** How a recording differs for a reason. */
interface Departure {
  /** Keys whose values are another cluster's, at any depth. */
  values?: readonly string[]
  /** Keys of items that the recording lacks. */
  drops?: readonly string[]
  /** Keys and types only. */
  shapeOnly?: true
  before?: (replay: Replay) => Promise<void>
}

/** A list whose items lack some keys. */
const dropped = (value: unknown, keys: readonly string[]): unknown =>
  Array.isArray(value) && keys.length > 0
    ? value.map((item: object) => Object.fromEntries(Object.entries(item).filter(([name]) => !keys.includes(name))))
    : value

const until =
  (statuses: RegExp) =>
  ({ emulator }: Replay): Promise<void> =>
    vi.waitFor(() => {
      const others = [...emulator.sessions.all()].filter(({ status }) => !statuses.test(status))
      if (others.length > 0) throw new Error(`Sessions are ${others.map(({ status }) => status).join()}.`)
    })
/** No session is on its way from one status to another. */
const settle = until(/^(PENDING|RUNNING|TERMINATED|CANCELLED|ERROR)$/)
const end = until(/^(TERMINATED|CANCELLED|ERROR)$/)
const ports = { values: ['servicePorts', 'service_ports'] }
const names = { values: ['id', 'service_addr'] }
const console = { values: ['console'] }

const departures: Readonly<Record<string, Readonly<Record<string, Departure>>>> = {
  '23.9': {
    '002': names,
    '403': names,
    '012': {},
    '045': ports,
    '046': ports,
    '195': ports,
    '062': { values: ['lastStat'] },
    // The jupyter of the recorded images is a small program that answers in its place.
    '070': { values: ['allowed_arguments', 'allowed_envs'] },
    '073': console,
    '142': console,
    // The emulator measures no CPU time.
    '164': { values: ['stats'] },
    '196': { values: ['stats'] },
    '166': { values: ['logs'] },
    '178': { before: settle },
    '183': { shapeOnly: true },
    '184': { values: ['mem', 'shared_memory'] },
    '198': { values: ['percentage', 'sftp_scaling_groups'] },
    // What was uploaded before.
    '267': { values: ['numFiles', 'num_files', 'used_bytes'] },
    // The recorded cluster has its storage elsewhere, and told of no agent.
    '307': { values: ['mounts', 'agents'] },
    '322': { shapeOnly: true },
    '324': { values: ['description'] },
    '320': { values: ['allowed_vfolder_hosts'] },
  },
  '26.9': {
    '006': ports,
    // Another session of that name had ended before.
    '010': { shapeOnly: true },
    '056': { before: settle },
    '007': ports,
    '012': console,
    // The recorded agent tells nothing of the definitions of apps, which those with containers do.
    '041': { drops: ['url_template', 'allowed_arguments', 'allowed_envs'] },
    '116': names,
    '119': { values: ['id', 'available_slots'], before: settle },
    '120': { shapeOnly: true },
    '121': { shapeOnly: true },
    '122': { shapeOnly: true },
    '123': { values: ['allowed_vfolder_hosts'] },
    '124': { shapeOnly: true },
    '127': { values: ['allowed_vfolder_hosts', 'idle_timeout'] },
    // The emulator's presets are those of the other cluster.
    '132': { shapeOnly: true },
    '133': { values: ['presets', 'mem', 'cpu'] },
    '142': { shapeOnly: true, before: end },
    '008': { values: ['occupiedSlots'] },
    '063': { values: ['percentage'] },
    '034': {},
  },
}

const isStream = ({ status }: Exchange): boolean => status === 101

describe.each([
  ['23.9', '23.09'],
  ['26.9', '26.9'],
] as const)('recordings of %s', (folder, profile) => {
  const replay = new Replay(profile)
  afterAll(() => replay.emulator.stop())

  test.each(recordings[folder])('%s', async (file) => {
    const departure = departures[folder]?.[file.slice(0, 3)] ?? {}
    await departure.before?.(replay)
    for (const exchange of readRecording(folder, file)) {
      if (isStream(exchange)) {
        const sent = said(await replay.stream(exchange))
        const recorded = said(exchange.frames.filter(({ from }) => from === 'server').map(({ text }) => text))
        const keys = departure.values ?? []
        expect(without(alike(sent), keys)).toEqual(without(alike(recorded), keys))
        continue
      }
      const answer = await replay.run(exchange)
      expect(answer.status).toBe(exchange.status)
      const keys = departure.values ?? []
      if (departure.shapeOnly) expect(shape(answer.body)).toEqual(shape(exchange.answer))
      else
        expect(without(alike(dropped(answer.body, departure.drops ?? [])), keys)).toEqual(
          without(alike(exchange.answer), keys),
        )
      for (const name of [
        'Content-Type',
        'Server',
        'Allow',
        'Access-Control-Allow-Origin',
        'Access-Control-Allow-Methods',
      ]) {
        if (exchange.answerHeaders.has(name) && exchange.answer !== null) {
          expect(`${name}: ${answer.headers.get(name)}`).toBe(`${name}: ${exchange.answerHeaders.get(name)}`)
        }
      }
      for (const name of ['X-RateLimit-Limit', 'X-RateLimit-Window', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']) {
        expect(`${name} ${answer.headers.has(name)}`).toBe(`${name} ${exchange.answerHeaders.has(name)}`)
      }
    }
  })
})
