/** Refusals that servers give a class of their own in some releases only (protocol 03 §0.9). */
import { ConflictError, InvalidRequestError, QuotaExceededError, type APIError } from '@backend-ai-sdk/core'

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
