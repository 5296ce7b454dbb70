import { defineCommand } from '../../command.ts'

export const doctorCommand = defineCommand({
  brief: 'Find out why nothing works: the endpoint, the network, clocks, the release, keys or login.',
  description: 'Ends with 0 where calls can work, and with 1 where they cannot.',
  usage: '',
  parameters: {},
  load: () => import('./doctor.ts'),
})
