/** `admin vfolder list-hosts`, `perf-metric`. */
import { connect } from '../../../connection.ts'
import type { Context } from '../../../context.ts'
import { formatTable } from '../../../table.ts'

export async function listHosts(context: Context): Promise<void> {
  const { options, output, signal } = context
  const hosts = await connect(context).client.vfolders.allHosts({ signal })
  const { allowed } = hosts
  if (options.output === 'json') return output.json({ default: hosts.default ?? null, allowed })
  await output.print(`Default vfolder host: ${hosts.default ?? 'None'}`)
  await output.print(`Mounted hosts: ${allowed.join(', ')}`)
}

export async function performance(context: Context, _flags: object, host: string): Promise<void> {
  const { options, output, signal } = context
  const metric = await connect(context).client.vfolders.performanceMetric(host, { signal })
  const values = {
    iops_read: metric.readOperations,
    iops_write: metric.writeOperations,
    io_bytes_read: metric.readBytes,
    io_bytes_write: metric.writtenBytes,
    io_usec_read: metric.readMicroseconds,
    io_usec_write: metric.writeMicroseconds,
  }
  if (options.output === 'json') return output.json({ metric: values })
  const rows = Object.entries(values).map(([name, value]) => [
    name,
    name.includes('bytes') ? humanised(value) : value.toFixed(2),
  ])
  await output.print(formatTable(rows, { header: ['Key', 'Value'] }))
}

function humanised(bytes: number): string {
  let value = bytes
  for (const unit of [' bytes', ' KiB', ' MiB', ' GiB', ' TiB']) {
    if (value < 1024) return (unit === ' bytes' ? String(value) : value.toFixed(1)) + unit
    value /= 1024
  }
  return `${value.toFixed(1)} PiB`
}
