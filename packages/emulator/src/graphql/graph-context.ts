/** What a resolver knows. */
import type { Cluster, Requester } from '../cluster.ts'

export interface GraphContext {
  cluster: Cluster
  requester: Requester
}
