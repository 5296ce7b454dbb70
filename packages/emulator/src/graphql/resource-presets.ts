/** `resource_preset` and `resource_presets` (protocol 04 §3.16): for everybody. */
import { pythonJson } from '../formats/json.ts'
import { slotTexts } from '../formats/sizes.ts'
import type { Preset } from '../state.ts'
import type { GraphContext } from './graph-context.ts'

export const resourcePresets = {
  resource_preset(args: { name?: string | null }, { cluster }: GraphContext) {
    const preset = cluster.state.presets.get(args.name ?? '')
    return preset ? view(preset) : null
  },

  resource_presets: (_args: unknown, { cluster }: GraphContext) => [...cluster.state.presets.values()].map(view),
}

const view = (preset: Preset): Record<string, unknown> => ({
  id: preset.id,
  name: preset.name,
  resource_slots: pythonJson(slotTexts(preset.resourceSlots)),
  shared_memory: preset.sharedMemory,
  scaling_group_name: null,
})
