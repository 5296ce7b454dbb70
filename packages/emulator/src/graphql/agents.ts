/** `agent(s)`, `agent_list` for superadmins, and the summary for everybody (protocol 04 §3.1, §3.2). */
import { pythonJson } from '../formats/json.ts'
import { addSlots, slotTexts } from '../formats/sizes.ts'
import { isoDate } from '../python.ts'
import { occupiedSlots } from '../sessions/scheduler.ts'
import type { Agent } from '../state.ts'
import { byField, type ListFields } from './filter.ts'
import type { GraphContext } from './graph-context.ts'
import { page, type PageArguments, requireSuperadmin } from './lists.ts'

interface AgentFilters {
  scaling_group?: string | null
  status?: string | null
}

const fields: ListFields<Agent> = {
  id: { get: ({ id }) => id },
  status: { get: () => 'ALIVE', values: () => ['ALIVE', 'LOST', 'RESTARTING', 'TERMINATED'] },
  region: { get: ({ region }) => region },
  scaling_group: { get: ({ resourceGroup }) => resourceGroup },
  addr: { get: ({ address }) => address, order: false },
  first_contact: { get: ({ firstContact }) => firstContact, kind: 'date' },
  version: { get: () => '' },
}

/** All agents are alive. */
const matching = (context: GraphContext, args: AgentFilters): Agent[] =>
  [...context.cluster.state.agents.values()].filter(
    (agent) =>
      (args.scaling_group ?? agent.resourceGroup) === agent.resourceGroup &&
      (args.status ?? 'ALIVE').split(',').includes('ALIVE'),
  )

const byId = byField<Agent>(({ id }) => id, false)

export const agents = {
  agent(args: { agent_id: string }, context: GraphContext) {
    requireSuperadmin(context)
    const agent = context.cluster.state.agents.get(args.agent_id)
    return agent ? view(agent, context) : null
  },

  agents(args: AgentFilters, context: GraphContext) {
    requireSuperadmin(context)
    return matching(context, args).map((agent) => view(agent, context))
  },

  agent_list(args: PageArguments & AgentFilters, context: GraphContext) {
    requireSuperadmin(context)
    return page(matching(context, args), args, fields, context, byId, (agent) => view(agent, context))
  },

  agent_summary(args: { agent_id: string }, context: GraphContext) {
    const agent = context.cluster.state.agents.get(args.agent_id)
    return agent ? view(agent, context) : null
  },

  agent_summary_list: (args: PageArguments & AgentFilters, context: GraphContext) =>
    page(matching(context, args), args, fields, context, byId, (agent) => view(agent, context)),
}

function view(agent: Agent, { cluster }: GraphContext): Record<string, unknown> {
  const { profile, sessions } = cluster
  // An idle agent of 23.9 says `{}`, one of 26.9 zeros (recordings 315 and 119).
  const none = profile.name === '26.9' ? { cpu: 0, mem: 0 } : {}
  const used = addSlots(none, occupiedSlots(sessions.all(), agent.id))
  const mebibytes = (slots: Readonly<Record<string, number>>): number => Math.trunc((slots['mem'] ?? 0) / 1024 ** 2)
  return {
    id: agent.id,
    status: 'ALIVE',
    status_changed: null,
    region: agent.region,
    scaling_group: agent.resourceGroup,
    schedulable: true,
    available_slots: pythonJson(slotTexts(agent.capacity)),
    occupied_slots: pythonJson(slotTexts(used)),
    addr: agent.address,
    architecture: agent.architecture,
    first_contact: isoDate(agent.firstContact),
    lost_at: null,
    live_stat: pythonJson({ node: {}, devices: {} }),
    version: profile.manager,
    compute_plugins: pythonJson({ cpu: { version: profile.manager }, mem: { version: profile.manager } }),
    hardware_metadata: null,
    auto_terminate_abusing_kernel: false,
    local_config: pythonJson({ agent: { auto_terminate_abusing_kernel: false } }),
    mem_slots: mebibytes(agent.capacity),
    cpu_slots: agent.capacity['cpu'] ?? 0,
    gpu_slots: 0,
    tpu_slots: 0,
    used_mem_slots: mebibytes(used),
    used_cpu_slots: used['cpu'] ?? 0,
    used_gpu_slots: 0,
    used_tpu_slots: 0,
    cpu_cur_pct: 0,
    mem_cur_bytes: 0,
    container_count: [...sessions.all()].filter((session) => session.runner && session.agent === agent.id).length,
  }
}
