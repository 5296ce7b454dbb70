/** What a session has used (protocol 05 §3.4). */
import type { SessionStats } from '@backend-ai-sdk/client'

import { formatTable } from './table.ts'

type Row = readonly [name: string, value: string, unit: string]

/** @returns undefined where nothing is known. */
export function formatStatistics(stats: SessionStats): string | undefined {
  const rows = Object.entries(stats).flatMap(([name, metric]) => rowOf(name, metric) ?? [])
  return rows.length === 0
    ? undefined
    : formatTable(
        rows.map((row) => [...row]),
        { decimals: [1] },
      )
}

interface Metric {
  readonly current?: unknown
  readonly pct?: unknown
  readonly unit_hint?: unknown
  readonly stats?: { readonly max?: unknown }
  readonly 'stats.max'?: unknown
}

function rowOf(name: string, metric: unknown): [Row] | undefined {
  if (metric === null || metric === undefined || name === 'status' || name === 'version') return undefined
  if (typeof metric !== 'object') return plainRow(name, Number(metric))
  const { current, pct, unit_hint: unit, stats, 'stats.max': flatMax } = metric as Metric
  if (unit === 'bytes') return [[name, ...scaled(Number(stats?.max ?? flatMax ?? current))]]
  if (unit === 'msec' || unit === 'usec' || unit === 'sec') return [[name, grouped(String(current)), unit]]
  if (unit === 'percent' || unit === 'pct' || unit === '%') return [[name, String(pct ?? current), '%']]
  return [[name, String(current), '']]
}

/** Up to release 19.09: numbers without units, except in their names. */
function plainRow(name: string, value: number): [Row] | undefined {
  if (name.startsWith('precpu_') || name === 'cpu_system_used') return undefined
  if (name.endsWith('_size') || name.endsWith('_bytes')) return [[name, ...scaled(value)]]
  return [[name === 'cpu_used' ? 'cpu_used_msec' : name, String(value), '']]
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const

function scaled(bytes: number): [value: string, unit: string] {
  let value = bytes / 1024
  let index = 0
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024
    index++
  }
  return [value.toFixed(1), units[index]!]
}

/** The digits as they came, in groups of three. */
const grouped = (text: string): string => text.replace(/^-?\d+/, (digits) => digits.replaceAll(/\B(?=(\d{3})+$)/g, ','))
