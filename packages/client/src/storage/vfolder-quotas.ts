/** How much users and projects may store on a host (protocol 03 §1.14). */
import { lazy, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { QuotaScope } from './vfolder-quota-calls.ts'

const calls = lazy(() => import('./vfolder-quota-calls.ts'))

export class VFolderQuotas {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * What a user or project has on a host, and may have.
   *
   * @param scope `user:…` or `project:…`, as `quotaScopeId` of a folder has it.
   * @throws UnsupportedError before release 23.03.7.
   * @example
   * const { host, quotaScopeId } = await folder.info()
   * if (quotaScopeId) console.log(await client.vfolders.quotas.get(host, quotaScopeId))
   */
  async get(host: string, scope: string, options: CallOptions = {}): Promise<QuotaScope> {
    return (await calls()).fetchQuotaScope(this.#transport, host, scope, options)
  }

  /** Limits it; for administrators. @param limit bytes. */
  async set(host: string, scope: string, limit: number, options: CallOptions = {}): Promise<void> {
    await (await calls()).setQuotaScope(this.#transport, host, scope, limit, options)
  }

  /** Takes the limit away; for administrators. */
  async unset(host: string, scope: string, options: CallOptions = {}): Promise<void> {
    await (await calls()).setQuotaScope(this.#transport, host, scope, undefined, options)
  }
}
