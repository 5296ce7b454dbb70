/** `GET /`: which API and which release this is, for anybody (protocol 01 §1.1), and the health of new managers. */
import { json, type Routes } from '../context.ts'

export const version: Routes = ({ announcedVersion, manager, public: open }) => [
  {
    method: 'GET',
    path: '/',
    role: 'anyone',
    handle: () => json({ version: announcedVersion, manager }),
  },
  ...(open.health
    ? [
        {
          method: 'GET' as const,
          path: '/health',
          role: 'anyone' as const,
          unlimited: true as const,
          handle: () => json({ status: 'ok', version: manager }),
        },
      ]
    : []),
]
