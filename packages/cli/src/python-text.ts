/** Values as Python shows them, which the texts of the Python command are made of. */

const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replaceAll(/[\\\u0000-\u001F\u007F-\u00A0\u00AD']/g, (unit) => {
    if (unit === "'") return mark === "'" ? "\\'" : unit
    return shortEscapes[unit] ?? `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return mark + body + mark
}

/** `repr()` */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map((item) => repr(item)).join(', ')}]`
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'object') return typeof value
  const pairs = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${repr(item)}`)
  return `{${pairs.join(', ')}}`
}

/** `str()`: as {@link repr}, but texts are themselves. */
export const pythonText = (value: unknown): string => (typeof value === 'string' ? value : repr(value))
