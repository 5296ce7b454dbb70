/** Client options from the environment, with keys or for logins. */
import { cookie } from '@backend-ai-sdk/auth'
import { fromEnv as readEnvironment, type EnvironmentOptions } from '@backend-ai-sdk/core'

/**
 * Client options from `BACKEND_*` variables, each with its older name `SORNA_*` (protocol §6.1). An access key set to
 * the empty text stands for an anonymous client; with `BACKEND_ENDPOINT_TYPE=session` the endpoint is a webserver, and
 * `client.auth.login()` comes first. A `.env` file is not read.
 *
 * @param variables in place of the process's environment.
 * @throws ConfigError naming the variable that is missing or wrong.
 * @example
 * const client = createClient(fromEnv())
 */
export function fromEnv(variables?: Readonly<Record<string, string | undefined>>): EnvironmentOptions {
  return readEnvironment(variables, { session: () => cookie() })
}
