import { defineCommand } from '../../command.ts'
import { oneAndMore } from '../../parameters.ts'

export const uploadCommand = defineCommand<object, [session: string, ...files: string[]]>({
  brief: 'Put files into a session.',
  description:
    'SESSION is a name or an id. Files of less than 1 MiB each get the paths that they have below the current directory; what is there is replaced.',
  usage: 'SESSION [FILES]...',
  parameters: { flags: {}, positional: oneAndMore('SESSION', 'Session, then files.') },
  load: () => import('./upload.ts'),
})
