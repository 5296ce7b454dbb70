/** What a webserver tells its user interface (protocol 01 §5.7): hints, by release. */
import { UnsupportedError, type CallOptions, type Transport } from '@backend-ai-sdk/core'

/** Sections of keys, as they are written there: `general.apiEndpointText`, `wsproxy.proxyURL`. */
export type WebConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Some keys come twice (observed 23.9.10), which TOML does not allow: the last one counts. */
function withoutRepetitions(text: string): string {
  let section = ''
  const last = new Map<string, number>()
  const lines = text.split(/\r?\n/)
  const names = lines.map((line, index) => {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? section
    const key = /^\s*([\w-]+)\s*=/.exec(line)?.[1]
    const name = key === undefined ? undefined : `${section}.${key}`
    if (name !== undefined) last.set(name, index)
    return name
  })
  return lines.filter((_line, index) => names[index] === undefined || last.get(names[index]) === index).join('\n')
}

export async function fetchWebConfig(transport: Transport, options: CallOptions): Promise<WebConfig> {
  if (!transport.config.auth.locate)
    throw new UnsupportedError(
      'A manager has no configuration of a user interface: webConfig() is for webservers.',
      'web-config',
      'a manager',
    )
  const [response, { parse }] = await Promise.all([
    transport.fetch({ path: '/config.toml', anonymous: true, ...options }),
    import('smol-toml'),
  ])
  return parse(withoutRepetitions(await response.text())) as WebConfig
}
