/** Templates that sessions are made from (protocol 02 §8). */
import { lazy, Pages, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { TaskTemplate } from './task-template.ts'

export interface TemplateOptions extends CallOptions {
  /** Default: the client's. */
  project?: string
  /** Default: the client's. */
  domain?: string
  /** Makes it that of another user, for administrators. */
  ownerAccessKey?: string
}

export interface TemplateListOptions extends CallOptions {
  /** Those of all users, for superadmins on release 20.09; later releases list them to everybody. */
  all?: boolean
}

export interface TemplateSummary {
  id: string
  name: string
  /** ISO-8601. */
  createdAt: string
  isOwner: boolean
  userId: string | undefined
  userEmail: string | undefined
  projectId: string | undefined
  projectName: string | undefined
}

const implementation = lazy(() => import('./session-template-calls.ts'))

/**
 * On release 26.9 users need a permission for them, which not all have.
 *
 * @example
 * const templates = client.sessionTemplates
 * for await (const { id, name } of templates.list()) console.log(id, name)
 */
export class SessionTemplates {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * @param template Or a text of YAML or JSON with one of them, in any spelling that a release has for its keys.
   * @returns its id.
   * @throws ConfigError before anything is sent, for a text that is malformed and for unknown keys.
   * @throws PermissionDeniedError
   */
  async create(template: TaskTemplate | string, options: TemplateOptions = {}): Promise<string> {
    return (await implementation()).createTemplate(this.#transport, template, options)
  }

  /** All templates of a text: several documents, or a list. @returns their ids, in order. See {@link create}. */
  async createAll(text: string, options: TemplateOptions = {}): Promise<string[]> {
    return (await implementation()).createTemplates(this.#transport, text, options)
  }

  /** @throws NotFoundError */
  async get(id: string, options: CallOptions = {}): Promise<TaskTemplate> {
    return (await implementation()).readTemplate(this.#transport, id, options)
  }

  /** As a text, which {@link create} takes on every release. Default `yaml`. */
  async text(id: string, { format = 'yaml', ...options }: TemplateTextOptions = {}): Promise<string> {
    return (await implementation()).templateText(this.#transport, id, format, options)
  }

  /** All in one answer. */
  list(options: TemplateListOptions = {}): Pages<TemplateSummary> {
    return new Pages(async () => {
      const items = await (await implementation()).listTemplates(this.#transport, options)
      return { items, totalCount: items.length }
    })
  }

  /** Replaces it. @throws NotFoundError. See {@link create}. */
  async update(id: string, template: TaskTemplate | string, options: TemplateOptions = {}): Promise<void> {
    await (await implementation()).updateTemplate(this.#transport, id, template, options)
  }

  /** @throws NotFoundError */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await (await implementation()).deleteTemplate(this.#transport, id, options)
  }
}

export interface TemplateTextOptions extends CallOptions {
  /** Default `yaml`. */
  format?: 'yaml' | 'json'
}
