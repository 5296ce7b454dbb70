/** What managers make of failures of the storage (protocol 03 §0.9; observed 23.9.10 and 26.9.6). */
import type { Cluster } from '../cluster.ts'
import { Problem, type ProblemKind } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { FileError, OutsideError } from './file-system.ts'

/** As the storage proxy's side for managers calls its parameters, which 23.09 passes on. */
export type StorageParameter = 'relpath' | 'relpaths' | 'src_relpath' | 'dst_relpath'

/** `crash`: what the storage proxy answers with 500. `gone`: the folder's directory is not there. */
type Failure = 'crash' | 'gone' | 'absolute' | 'outside'

export function storageFailure(
  { name }: Profile,
  failure: Failure,
  parameter: StorageParameter = 'relpath',
  kind: ProblemKind = 'folder-operation-failed',
): Problem {
  if (name === '20.09') return new Problem(kind)
  if (name === '26.9') {
    if (failure === 'gone') return new Problem('folder-not-found', { msg: 'Requested resource not found' })
    if (failure !== 'crash') return refused()
    return new Problem('forwarded-failure', {
      msg:
        'Failed to parse error response from storage proxy. ' +
        'Original response: 500 Internal Server Error\n\nServer got itself in trouble',
    })
  }
  if (failure !== 'absolute')
    return new Problem('folder-operation-failed', { msg: 'Storage proxy responded with 500 Internal Server Error' })
  const complaint = 'expected relative path but the value is absolute'
  return new Problem('invalid-params', {
    data: {
      type: 'https://api.backend.ai/probs/storage/invalid-api-params',
      title: 'Invalid API parameters',
      data: { [parameter]: parameter === 'relpaths' ? { 0: complaint } : complaint },
    },
  })
}

const refused = (): Problem =>
  new Problem('folder-operation-failed', {
    title: 'Virtual folder operation has failed due to bad request.',
    msg: 'Bad request to storage proxy',
  })

/** Does it, and says of failures what the release says. */
export async function withStorage<T>(
  { profile, faults }: Pick<Cluster, 'profile' | 'faults'>,
  parameter: StorageParameter,
  action: () => Promise<T>,
  /** Of 20.09. */
  kind: ProblemKind = 'folder-operation-failed',
): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof OutsideError)
      throw storageFailure(profile, error.isAbsolute ? 'absolute' : 'outside', parameter, kind)
    if (!(error instanceof FileError)) throw error
    if (profile.name === '20.09') throw new Problem(kind)
    if (faults.folders.hidesReasons) throw refused()
    const { message, errno, path } = error
    // 24.03 to 25.11 give it another type, which is the one that healthy servers have later.
    throw new Problem(profile.name === '26.9' ? 'folder-operation-failed' : 'invalid-params', {
      msg: message,
      data: { errno, paths: [path] },
    })
  }
}
