/** What listens in a session (protocol 02 §4.4). */

/** An app of a session; also called a service port. */
export interface App {
  name: string
  /** `http`, `tcp`, `preopen` (a port that the code opens), `vnc`, … */
  protocol: string
  /** Inside the session. */
  ports: number[]
  /** `{protocol}://{host}:{port}/path`: where to look once it is reachable. */
  urlTemplate: string | undefined
  /** Names of the arguments that it may be started with. */
  allowedArguments: string[] | undefined
  /** Names of the environment variables that it may be started with. */
  allowedEnviron: string[] | undefined
}

/** Creation writes `ports`; reuse and GraphQL write the raw item with `container_ports` (protocol 02 §1.7). */
export function toApps(wire: unknown): App[] {
  const items = Array.isArray(wire) ? (wire as Record<string, unknown>[]) : []
  return items.map((item) => ({
    name: item['name'] as string,
    protocol: item['protocol'] as string,
    ports: ((item['ports'] ?? item['container_ports']) as number[] | null) ?? [],
    urlTemplate: (item['url_template'] as string | null) ?? undefined,
    allowedArguments: (item['allowed_arguments'] as string[] | null) ?? undefined,
    allowedEnviron: (item['allowed_envs'] as string[] | null) ?? undefined,
  }))
}
