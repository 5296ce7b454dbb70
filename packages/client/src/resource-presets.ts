/** Named sizes of sessions, and what of them fits now (protocol 02 §9.4). */
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import type { ResourceSlots } from './slots.ts'

export interface ResourcePreset {
  name: string
  slots: ResourceSlots
  /** Bytes. */
  sharedMemory: string | undefined
  /** Fits into what is left now. */
  allocatable: boolean
}

/** Amounts are decimal texts; `Infinity` is no limit, `NaN` is hidden by the site. */
export interface ResourceCheck {
  presets: ResourcePreset[]
  keypair: Usage
  project: Usage
  resourceGroups: Record<string, Pick<Usage, 'using' | 'remaining'>>
  /** Over all resource groups that the user may use. */
  resourceGroupRemaining: ResourceSlots
}

export interface Usage {
  limits: ResourceSlots
  using: ResourceSlots
  /** Of the keypair: already the least of keypair, project and domain. */
  remaining: ResourceSlots
}

export interface ResourceCheckOptions extends CallOptions {
  /** Default: the client's. */
  project?: string
  /** Default: all. */
  resourceGroup?: string
}

interface WireCheck {
  presets: {
    name: string
    resource_slots: ResourceSlots
    shared_memory: string | number | null
    allocatable: boolean
  }[]
  keypair_limits: ResourceSlots
  keypair_using: ResourceSlots
  keypair_remaining: ResourceSlots
  group_limits: ResourceSlots
  group_using: ResourceSlots
  group_remaining: ResourceSlots
  scaling_group_remaining: ResourceSlots
  scaling_groups: Record<string, Pick<Usage, 'using' | 'remaining'>>
}

export class ResourcePresets {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * What the user has, uses and can still get, and which presets fit.
   *
   * @example
   * const { presets } = await client.resourcePresets.check()
   * console.log(presets.filter((preset) => preset.allocatable).map((preset) => preset.name))
   */
  async check({ project, resourceGroup, ...options }: ResourceCheckOptions = {}): Promise<ResourceCheck> {
    const wire = await this.#transport.request<WireCheck>({
      method: 'POST',
      path: '/resource/check-presets',
      json: { group: project ?? this.#transport.config.project, scaling_group: resourceGroup },
      ...options,
    })
    return {
      presets: wire.presets.map((preset) => ({
        name: preset.name,
        slots: preset.resource_slots,
        sharedMemory: preset.shared_memory === null ? undefined : String(preset.shared_memory),
        allocatable: preset.allocatable,
      })),
      keypair: { limits: wire.keypair_limits, using: wire.keypair_using, remaining: wire.keypair_remaining },
      project: { limits: wire.group_limits, using: wire.group_using, remaining: wire.group_remaining },
      resourceGroups: wire.scaling_groups,
      resourceGroupRemaining: wire.scaling_group_remaining,
    }
  }
}
