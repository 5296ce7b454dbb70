/** Presets, limits, resource groups and slot names (protocol 02 §9.4). */
import { nullable, optional, required, text } from '../checks.ts'
import { type Context, json, type Routes } from '../context.ts'
import { addSlots, fits, type Slots, slotTexts } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import { occupiedSlots, slotsOfKey } from '../sessions/scheduler.ts'
import { findProject, type Preset, projectsOf } from '../state.ts'

export const resources: Routes = (profile) => {
  const slotsRole = profile.public.resourceSlots ? 'anyone' : 'user'
  return [
    {
      method: 'GET',
      path: '/config/resource-slots',
      role: slotsRole,
      handle: () => json({ cpu: 'count', mem: 'bytes' }),
    },
    // Newer servers (02 §9.1).
    ...(profile.name === '20.09'
      ? []
      : [
          {
            method: 'GET' as const,
            path: '/config/resource-slots/details',
            role: slotsRole,
            handle: () => json(slotDetails),
          } as const,
        ]),
    { method: 'GET', path: '/resource/presets', role: 'user', handle: presets },
    { method: 'POST', path: '/resource/check-presets', role: 'user', handle: checkPresets },
    { method: 'GET', path: '/scaling-groups', role: 'user', handle: resourceGroups },
    ...(profile.name === '20.09'
      ? []
      : [
          {
            method: 'GET' as const,
            path: '/scaling-groups/:name/wsproxy-version',
            role: 'user' as const,
            handle: proxyVersion,
          },
        ]),
  ]
}

const detail = (name: string, text: string, title: string, unit: string, binary: boolean) => ({
  slot_name: name,
  description: text,
  human_readable_name: title,
  display_unit: unit,
  number_format: { binary, round_length: 0 },
  display_icon: 'cpu',
})
const slotDetails = {
  cpu: detail('cpu', 'CPU', 'CPU', 'Core', false),
  mem: detail('ram', 'Memory', 'RAM', 'GiB', true),
}

const presetShape = (context: Context, preset: Preset): Record<string, unknown> => ({
  ...(context.profile.name === '26.9' ? { id: preset.id } : {}),
  name: preset.name,
  shared_memory: preset.sharedMemory === null ? null : String(preset.sharedMemory),
  resource_slots: slotTexts(preset.resourceSlots),
})

async function presets(context: Context): Promise<Response> {
  const names = context.profile.name === '20.09' ? [] : ['scaling_group', 'scaling_group_name']
  const group = optional(nullable(text(context.profile)), null, ...names)
  await context.read({ group }, 'ListPresetsRequest', 'query')
  const all = [...context.cluster.state.presets.values()]
  return json({ presets: all.map((preset) => presetShape(context, preset)) })
}

async function checkPresets(context: Context): Promise<Response> {
  const { profile, cluster, requester } = context
  const { state, sessions } = cluster
  const string = text(profile)
  const isTyped = profile.parameters === 'typed'
  const fields = {
    group: isTyped ? required(string, 'group') : optional(string, 'default', 'group'),
    scaling_group: optional(nullable(string), null, 'scaling_group'),
  }
  const params = await context.read(fields, 'CheckPresetsRequest', 'body')
  const project = findProject(state, params.group, requester.user.domainName)
  if (!project || !projectsOf(state, requester.user.id).includes(project)) {
    // Old servers fail on the missing row (observed 23.9.10, 02 §9.4).
    throw isTyped
      ? new Problem('project-not-found', { msg: `Project not found (name: ${params.group})` })
      : new Problem('internal-server-error')
  }
  if (params.scaling_group !== null && !state.resourceGroups.has(params.scaling_group)) {
    throw isTyped
      ? new Problem('entity-not-found', {
          msg: 'No ResourceGroupRow matches the given key',
          code: 'resource-group_read_not-found',
        })
      : new Problem('invalid-params', { msg: 'Unknown scaling group' })
  }
  const policy = state.policies.get(requester.keypair.resourcePolicy)
  const limits: Slots = { cpu: Infinity, mem: Infinity, ...policy?.totalResourceSlots }
  const using = addSlots({ cpu: 0, mem: 0 }, slotsOfKey(sessions.all(), requester.keypair.accessKey))
  const remaining = addSlots(limits, using, -1)
  const free: Record<string, Slots> = {}
  for (const group of state.resourceGroups.keys()) {
    if (params.scaling_group !== null && group !== params.scaling_group) continue
    free[group] = [...state.agents.values()]
      .filter((agent) => agent.resourceGroup === group)
      .map((agent) => addSlots(agent.capacity, occupiedSlots(sessions.all(), agent.id), -1))
      .reduce<Slots>((sum, slots) => addSlots(sum, slots), { cpu: 0, mem: 0 })
  }
  const total = Object.values(free).reduce<Slots>((sum, slots) => addSlots(sum, slots), {})
  // Sites hide what a project has on the recorded 23.9; not so on 26.9.
  const ofGroup = (slots: Slots): Record<string, string> => (isTyped ? slotTexts(slots) : { cpu: 'NaN', mem: 'NaN' })
  return json({
    keypair_limits: slotTexts(limits),
    keypair_using: slotTexts(using),
    keypair_remaining: slotTexts(remaining),
    scaling_group_remaining: slotTexts(total),
    scaling_groups: Object.fromEntries(
      Object.entries(free).map(([name, slots]) => [name, { using: slotTexts(using), remaining: slotTexts(slots) }]),
    ),
    presets: [...state.presets.values()].map((preset) => ({
      ...presetShape(context, preset),
      allocatable: fits(preset.resourceSlots, remaining, 'free') && fits(preset.resourceSlots, total, 'none'),
    })),
    group_limits: ofGroup({ cpu: Infinity, mem: Infinity }),
    group_using: ofGroup(using),
    group_remaining: ofGroup({ cpu: Infinity, mem: Infinity }),
  })
}

async function resourceGroups(context: Context): Promise<Response> {
  const { profile, cluster, requester } = context
  const group = required(text(profile), 'group', 'group_id', 'group_name')
  const params = await context.read({ group }, 'ListScalingGroupsRequest', 'query')
  const project = findProject(cluster.state, params.group, requester.user.domainName)
  // 23.9.10 answers the same for unknown projects (observed).
  if (profile.parameters === 'typed' && !project) {
    throw new Problem('entity-not-found', {
      msg: 'No ProjectRow matches the given key',
      code: 'project_read_not-found',
    })
  }
  const names = [...cluster.state.resourceGroups.values()].filter(({ isActive }) => isActive)
  return json({ scaling_groups: names.map(({ name }) => ({ name })) })
}

async function proxyVersion(context: Context): Promise<Response> {
  const group = optional(nullable(text(context.profile)), null, 'group', 'group_id', 'group_name')
  await context.read({ group }, 'GetWsproxyVersionRequest', 'query')
  const found = context.cluster.state.resourceGroups.get(context.part('name'))
  if (!found) {
    const title = context.profile.parameters === 'typed' ? { title: 'No such resource group.' } : {}
    throw new Problem('resource-group-not-found', title)
  }
  // Without an app proxy there is only the tunnel of the manager (02 §4.6).
  return json({ wsproxy_version: found.proxyAddress === null ? 'v1' : 'v2' })
}
