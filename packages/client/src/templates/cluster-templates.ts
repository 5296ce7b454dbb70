/** Templates of clusters of containers (protocol 02 §8.3). */
import { lazy, Pages, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { ClusterTemplate } from './cluster-template.ts'
import type { TemplateListOptions, TemplateOptions, TemplateSummary, TemplateTextOptions } from './session-templates.ts'

const implementation = lazy(() => import('./cluster-template-calls.ts'))

/** They can be kept; no known release makes a session from one. */
export class ClusterTemplates {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * @param template Or a text of YAML or JSON, in any spelling that a release has for its keys.
   * @returns its id.
   * @throws InvalidRequestError unless there is one node of the role `main`.
   * @throws ConfigError before anything is sent, for a text that is malformed and for unknown keys.
   */
  async create(template: ClusterTemplate | string, options: TemplateOptions = {}): Promise<string> {
    return (await implementation()).createClusterTemplate(this.#transport, template, options)
  }

  /** @throws NotFoundError. @throws UnsupportedError before release 26.3. */
  async get(id: string, options: CallOptions = {}): Promise<ClusterTemplate> {
    return (await implementation()).readClusterTemplate(this.#transport, id, options)
  }

  /** As a text, which {@link create} takes on every release. See {@link get}. */
  async text(id: string, { format = 'yaml', ...options }: TemplateTextOptions = {}): Promise<string> {
    return (await implementation()).clusterTemplateText(this.#transport, id, format, options)
  }

  /** All in one answer. */
  list(options: TemplateListOptions = {}): Pages<TemplateSummary> {
    return new Pages(async () => {
      const items = await (await implementation()).listClusterTemplates(this.#transport, options)
      return { items, totalCount: items.length }
    })
  }

  /** Replaces it. @throws NotFoundError. @throws ServerError on release 20.09. */
  async update(id: string, template: ClusterTemplate | string, options: TemplateOptions = {}): Promise<void> {
    await (await implementation()).updateClusterTemplate(this.#transport, id, template, options)
  }

  /** @throws NotFoundError */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await (await implementation()).deleteClusterTemplate(this.#transport, id, options)
  }
}
