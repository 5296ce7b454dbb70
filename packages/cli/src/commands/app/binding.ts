/** Where a local port is opened: `8080`, `0.0.0.0:8080`, `[::1]:8080`. */
export interface Binding {
  readonly host: string
  readonly port: number
}

export const localHost = '127.0.0.1'

export function parseBinding(text: string): Binding {
  const match = /^(?:(\[[\da-fA-F:.]+\]|[^:\s[\]]+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) throw new Error(`'${text}' is not written as [HOST:]PORT.`)
  return { host: match[1]?.replaceAll(/[[\]]/g, '') ?? localHost, port }
}
