/** Refusals that servers give a class of their own in some releases only (protocol 03 §0.9). */
import {
  ConfigError,
  ConflictError,
  InvalidRequestError,
  QuotaExceededError,
  type APIError,
} from '@backend-ai-sdk/core'

/** @throws ConflictError for a name that is taken, QuotaExceededError for one folder too many; else what was thrown. */
export async function withTypedRefusals<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error
    const { msg = '' } = error
    // Since 25.6 the problem's own type is lost in creations, and in renames it never was there.
    if (/already (exists|has the name)/.test(msg)) throw as(ConflictError, error)
    if (/cannot create more vfolders/i.test(msg)) throw as(QuotaExceededError, error)
    throw error
  }
}

/** The same answer as an error of another class. */
export function as<E extends APIError>(
  errorClass: new (...facts: ConstructorParameters<typeof APIError>) => E,
  error: APIError,
): E {
  const { status, method, url, requestId, problemType, title, msg, errorCode, data } = error
  const body = { type: problemType, title, msg, error_code: errorCode, data }
  return new errorClass({ status, method, url, requestId, body }, { cause: error })
}

/**
 * Servers since 24.09.6 take any text for a name, and mount the folder below the session's home by it.
 *
 * @throws ConfigError for names that lead elsewhere from there, or that a terminal would take for more than a name.
 */
export function checkFolderName(name: string): void {
  if (name === '') throw new ConfigError("A folder needs a 'name'.")
  if (name.length > 64) throw new ConfigError(`A folder's name has 64 characters at most; this one has ${name.length}.`)
  // oxlint-disable-next-line no-control-regex
  if (name === '.' || name === '..' || /[/\u0000-\u001F\u007F]/.test(name))
    throw new ConfigError(`A folder cannot be called ${JSON.stringify(name)}.`)
}
