/** Generated from the release's own schema (shared/schemas/graphql-legacy-26.9.6.graphql); Apollo's directives are left out. */
export const sdl = `# Backend.AI manager 26.9.6, legacy (graphene) schema; descriptions removed

type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type Query {
  node(id: ID!): Node
  audit_log_schema: AuditLogSchema  # since 25.6.0
  audit_log_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): AuditLogConnection  # since 25.6.0
  agent(agent_id: String!): Agent
  agent_list(limit: Int!, offset: Int!, filter: String, order: String, scaling_group: String, status: String): AgentList
  agents(scaling_group: String, status: String): [Agent]
  agent_summary(agent_id: String!): AgentSummary
  agent_summary_list(limit: Int!, offset: Int!, filter: String, order: String, scaling_group: String, status: String): AgentSummaryList
  domain_node(id: GlobalIDField!, permission: DomainPermissionValueField = "read_attribute"): DomainNode  # since 24.12.0
  domain_nodes(filter: String, order: String, permission: DomainPermissionValueField = "read_attribute", offset: Int, before: String, after: String, first: Int, last: Int): DomainConnection  # since 24.12.0
  agent_nodes(
    scope: ScopeField  # since 24.12.0
    permission: AgentPermissionField = "create_compute_session"  # since 24.12.0
    filter: String
    order: String
    offset: Int
    before: String
    after: String
    first: Int
    last: Int
  ): AgentConnection  # since 24.12.0
  domain(name: String): Domain
  domains(is_active: Boolean): [Domain]
  group_node(id: String!): GroupNode  # since 24.03.0
  group_nodes(
    filter: String  # since 24.09.0
    order: String  # since 24.09.0
    scope: ScopeField  # since 25.3.0
    container_registry_scope: ContainerRegistryScopeField  # since 25.3.0
    permission: GroupPermissionField = "read_attribute"  # since 25.3.0
    offset: Int
    before: String
    after: String
    first: Int
    last: Int
  ): GroupConnection  # since 24.03.0
  group(
    id: UUID!
    domain_name: String
    type: [String] = ["GENERAL"]  # since 24.03.0
  ): Group
  groups_by_name(name: String!, domain_name: String): [Group]
  groups(
    domain_name: String
    is_active: Boolean
    type: [String] = ["GENERAL"]  # since 24.03.0
  ): [Group]
  image(
    id: String  # since 24.03.1
    reference: String
    architecture: String = null
  ): Image
  images(
    is_installed: Boolean  # since 19.09.0
    is_operation: Boolean @deprecated  # deprecated since 24.03.4
    filter_by_statuses: [ImageStatus] = [ALIVE]  # since 25.4.0
    load_filters: [String] = null  # since 24.03.8
    image_filters: [String] = null @deprecated  # since 24.03.4; deprecated since 24.03.8, use load_filters
  ): [Image]
  customized_images: [ImageNode]  # since 24.03.1
  image_node(id: GlobalIDField!, scope_id: ScopeField, permission: ImagePermissionValueField = "read_attribute"): ImageNode  # since 25.3.0
  image_nodes(
    scope_id: ScopeField!
    permission: ImagePermissionValueField = "read_attribute"
    filter_by_statuses: [ImageStatus] = [ALIVE]  # since 25.4.0
    filter: String
    order: String
    offset: Int
    before: String
    after: String
    first: Int
    last: Int
  ): ImageConnection  # since 25.3.0
  viewer: Viewer  # since 25.14.2
  user(domain_name: String, email: String): User
  user_from_uuid(domain_name: String, user_id: ID): User
  users(domain_name: String, group_id: UUID, is_active: Boolean, status: String): [User]
  user_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, group_id: UUID, is_active: Boolean, status: String): UserList
  user_node(id: String!): UserNode  # since 24.03.0
  user_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): UserConnection  # since 24.03.0
  keypair(domain_name: String, access_key: String): KeyPair
  keypairs(domain_name: String, email: String, is_active: Boolean): [KeyPair]
  keypair_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, email: String, is_active: Boolean): KeyPairList
  keypair_resource_policy(name: String): KeyPairResourcePolicy
  user_resource_policy(name: String): UserResourcePolicy
  project_resource_policy(name: String!): ProjectResourcePolicy
  keypair_resource_policies: [KeyPairResourcePolicy]
  user_resource_policies: [UserResourcePolicy]
  project_resource_policies: [ProjectResourcePolicy]
  resource_preset(name: String): ResourcePreset
  resource_preset_by_id(id: UUID): ResourcePreset  # since 25.4.0
  resource_presets(
    filter: String  # since 25.4.0
    order: String  # since 25.4.0
  ): [ResourcePreset]
  scaling_group(name: String): ScalingGroup
  scaling_groups(name: String, is_active: Boolean): [ScalingGroup]
  accessible_scaling_groups(project_id: UUID!): [ScalingGroup]  # since 25.5.0
  scaling_groups_for_domain(domain: String!, is_active: Boolean): [ScalingGroup]
  scaling_groups_for_user_group(user_group: String!, is_active: Boolean): [ScalingGroup]
  scaling_groups_for_keypair(access_key: String!, is_active: Boolean): [ScalingGroup]
  storage_volume(id: String): StorageVolume
  storage_volume_list(limit: Int!, offset: Int!, filter: String, order: String): StorageVolumeList
  vfolder(id: String): VirtualFolder
  vfolder_node(id: String!): VirtualFolderNode  # since 24.03.4
  vfolder_nodes(
    scope_id: ScopeField  # since 24.12.0
    project_id: UUID @deprecated  # since 24.09.0; deprecated since 24.12.0, use scope_id
    permission: VFolderPermissionValueField  # since 24.09.0
    filter: String
    order: String
    offset: Int
    before: String
    after: String
    first: Int
    last: Int
  ): VirtualFolderConnection  # since 24.03.4
  vfolder_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, group_id: UUID, access_key: String): VirtualFolderList
  vfolder_permission_list(limit: Int!, offset: Int!, filter: String, order: String): VirtualFolderPermissionList
  vfolder_own_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, access_key: String): VirtualFolderList
  vfolder_invited_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, access_key: String): VirtualFolderList
  vfolder_project_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, access_key: String): VirtualFolderList
  vfolders(domain_name: String, group_id: String, access_key: String): [VirtualFolder]
  compute_session_node(
    id: GlobalIDField!
    scope_id: ScopeField  # since 24.12.0
    project_id: UUID @deprecated  # since 24.09.0; deprecated since 24.12.0, use scope_id
    permission: SessionPermissionValueField = "read_attribute"  # since 24.09.0
  ): ComputeSessionNode  # since 24.09.0
  compute_session_nodes(
    scope_id: ScopeField  # since 24.12.0
    project_id: UUID @deprecated  # since 24.09.0; deprecated since 24.12.0, use scope_id
    permission: SessionPermissionValueField = "read_attribute"  # since 24.09.0
    filter: String
    order: String
    offset: Int
    before: String
    after: String
    first: Int
    last: Int
  ): ComputeSessionConnection  # since 24.09.0
  session_pending_queue(resource_group_id: String!, offset: Int, before: String, after: String, first: Int, last: Int): SessionPendingQueueConnection  # since 25.13.0
  compute_session(id: UUID!): ComputeSession
  compute_container(id: UUID!): ComputeContainer
  compute_session_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, group_id: String, access_key: String, status: String): ComputeSessionList
  compute_container_list(limit: Int!, offset: Int!, filter: String, order: String, session_id: ID!, role: String): ComputeContainerList
  legacy_compute_session_list(limit: Int!, offset: Int!, order_key: String, order_asc: Boolean, domain_name: String, group_id: String, access_key: String, status: String): LegacyComputeSessionList
  legacy_compute_session(sess_id: String!, domain_name: String, access_key: String): LegacyComputeSession
  total_resource_slot(
    statuses: [String] = null  # since 25.5.0
    filter: String
    domain_name: String
    resource_group_name: String
  ): TotalResourceSlot  # since 25.5.0
  vfolder_host_permissions: PredefinedAtomicPermission
  endpoint(endpoint_id: UUID!): Endpoint
  endpoint_list(limit: Int!, offset: Int!, filter: String, order: String, domain_name: String, group_id: String, user_uuid: String, project: UUID): EndpointList
  routing(routing_id: UUID!): Routing
  routing_list(limit: Int!, offset: Int!, filter: String, order: String, endpoint_id: UUID): RoutingList
  endpoint_token(token: String!): EndpointToken
  endpoint_token_list(limit: Int!, offset: Int!, filter: String, order: String, endpoint_id: UUID): EndpointTokenList
  quota_scope(storage_host_name: String!, quota_scope_id: String!): QuotaScope
  container_registry(hostname: String!): ContainerRegistry @deprecated  # deprecated since 24.9.0, use container_registry_node
  container_registries: [ContainerRegistry] @deprecated  # deprecated since 24.9.0, use container_registry_nodes_v2
  container_registry_node(id: String!): ContainerRegistryNode  # since 24.09.0
  container_registry_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ContainerRegistryConnection  # since 24.09.0
  model_card(id: String!): ModelCard  # since 24.03.0
  model_cards(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ModelCardConnection  # since 24.03.0
  network(id: String!): NetworkNode  # since 24.12.0
  networks(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): NetworkConnection  # since 24.12.0
  endpoint_auto_scaling_rule_node(id: String!): EndpointAutoScalingRuleNode  # since 25.1.0
  endpoint_auto_scaling_rule_nodes(endpoint: String!, filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): EndpointAutoScalingRuleConnection  # since 25.1.0
  user_utilization_metric(user_id: UUID!, props: UserUtilizationMetricQueryInput!): UserUtilizationMetric  # since 25.6.0
  container_utilization_metric_metadata: ContainerUtilizationMetricMetadata  # since 25.6.0
  available_service: AvailableServiceNode  # since 25.8.0
  available_services(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): AvailableServiceConnection @deprecated  # since 25.8.0; deprecated since 26.9.0
  service_config(service: String!): ServiceConfigNode  # since 25.8.0
  service_configs(services: [String]!, filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ServiceConfigConnection  # since 25.8.0
  _entities(representations: [_Any!]!): [_Entity]!
  _service: _Service!
}

interface Node {
  id: ID!
}

type AuditLogSchema {  # since 25.6.0
  entity_type_variants: [String]
  status_variants: [String]
}

type AuditLogConnection {  # since 25.6.0
  pageInfo: PageInfo!
  edges: [AuditLogEdge]!
  count: Int
}

type AuditLogEdge {  # since 25.6.0
  node: AuditLogNode
  cursor: String!
}

type AuditLogNode implements Node {  # since 25.6.0
  id: ID!
  row_id: UUID!
  action_id: UUID!  # since 25.6.0
  entity_type: String!
  operation: String!
  entity_id: String
  created_at: DateTime!
  request_id: String
  triggered_by: String  # since 25.12.0
  description: String!
  duration: String
  status: String!
}

scalar UUID

scalar DateTime

type Agent implements Item {
  id: ID
  status: String
  status_changed: DateTime
  region: String
  scaling_group: String
  schedulable: Boolean
  available_slots: JSONString
  occupied_slots: JSONString
  addr: String
  architecture: String
  first_contact: DateTime
  lost_at: DateTime
  live_stat: JSONString
  version: String
  compute_plugins: JSONString
  hardware_metadata: JSONString
  auto_terminate_abusing_kernel: Boolean
  local_config: JSONString
  container_count: Int
  gpu_alloc_map: UUIDFloatMap  # since 25.4.0
  mem_slots: Int
  cpu_slots: Float
  gpu_slots: Float
  tpu_slots: Float
  used_mem_slots: Int
  used_cpu_slots: Float
  used_gpu_slots: Float
  used_tpu_slots: Float
  cpu_cur_pct: Float
  mem_cur_bytes: Float
  compute_containers(status: String): [ComputeContainer]
}

interface Item {
  id: ID
}

scalar JSONString

scalar UUIDFloatMap  # since 25.4.0

type ComputeContainer implements Item {
  id: ID
  idx: Int
  role: String
  hostname: String
  kernel_id: UUID  # since 24.03.1
  cluster_idx: Int
  local_rank: Int
  cluster_role: String
  cluster_hostname: String
  session_id: UUID
  image: String  # deprecated since 24.03.0
  image_object: ImageNode  # since 24.03.0
  architecture: String
  registry: String
  status: String
  status_changed: DateTime
  status_info: String
  status_data: JSONString
  created_at: DateTime
  terminated_at: DateTime
  starts_at: DateTime
  scheduled_at: DateTime
  abusing_report: JSONString
  agent: String
  agent_addr: String
  container_id: String
  resource_opts: JSONString
  occupied_slots: JSONString
  live_stat: JSONString
  last_stat: JSONString
  preopen_ports: [Int]
}

type ImageNode implements Node {
  id: ID!
  row_id: UUID  # since 24.03.4
  name: String @deprecated  # deprecated since 24.12.0, use namespace
  namespace: String  # since 24.12.0
  base_image_name: String  # since 24.12.0
  project: String  # since 24.03.10
  humanized_name: String
  tag: String
  tags: [KVPair]  # since 24.12.0
  version: String  # since 24.12.0
  registry: String
  architecture: String
  is_local: Boolean
  digest: String
  labels: [KVPair]
  size_bytes: BigInt
  status: String  # since 25.4.0
  resource_limits: [ResourceLimit]
  supported_accelerators: [String]
  aliases: [String]  # since 24.03.4
  permissions: [ImagePermissionValueField]  # since 25.3.0
  installed: Boolean  # since 25.11.0
  type: ImageType  # since 25.12.0
}

type KVPair {
  key: String
  value: String
}

scalar BigInt

type ResourceLimit {
  key: String
  min: String
  max: String @deprecated  # deprecated since 25.14.0
}

scalar ImagePermissionValueField  # since 25.3.0

enum ImageType {  # since 25.12.0
  COMPUTE
  SYSTEM
  SERVICE
}

type AgentList implements PaginatedList {
  items: [Agent]!
  total_count: Int!
}

interface PaginatedList {
  items: [Item]!
  total_count: Int!
}

type AgentSummary implements Item {
  id: ID
  status: String
  scaling_group: String
  schedulable: Boolean
  available_slots: JSONString
  occupied_slots: JSONString
  architecture: String
}

type AgentSummaryList implements PaginatedList {
  items: [AgentSummary]!
  total_count: Int!
}

type DomainNode implements Node {  # since 24.12.0
  id: ID!
  name: String
  description: String
  is_active: Boolean
  created_at: DateTime
  modified_at: DateTime
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  allowed_docker_registries: [String]
  dotfiles: Bytes
  integration_id: String
  scaling_groups(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ScalingGroupConnection
}

scalar Bytes  # since 24.09.1

type ScalingGroupConnection {  # since 24.12.0
  pageInfo: PageInfo!
  edges: [ScalingGroupEdge]!
  count: Int
}

type ScalingGroupEdge {  # since 24.12.0
  node: ScalingGroupNode
  cursor: String!
}

type ScalingGroupNode implements Node {  # since 24.12.0
  id: ID!
  name: String
  description: String
  is_active: Boolean
  is_public: Boolean
  created_at: DateTime
  wsproxy_addr: String
  wsproxy_api_token: String
  driver: String
  driver_opts: JSONString
  scheduler: String
  scheduler_opts: JSONString
  use_host_network: Boolean
}

scalar GlobalIDField  # since 24.09.0

scalar DomainPermissionValueField  # since 24.12.0

type DomainConnection {  # since 24.12.0
  pageInfo: PageInfo!
  edges: [DomainEdge]!
  count: Int
}

type DomainEdge {  # since 24.12.0
  node: DomainNode
  cursor: String!
}

type AgentConnection {  # since 24.12.0
  pageInfo: PageInfo!
  edges: [AgentEdge]!
  count: Int
}

type AgentEdge {  # since 24.12.0
  node: AgentNode
  cursor: String!
}

type AgentNode implements Node {  # since 24.12.0
  id: ID!
  row_id: String
  status: String
  status_changed: DateTime
  region: String
  scaling_group: String
  schedulable: Boolean
  available_slots: JSONString
  occupied_slots: JSONString
  addr: String
  architecture: String
  first_contact: DateTime
  lost_at: DateTime
  live_stat: JSONString
  version: String
  compute_plugins: JSONString
  hardware_metadata: JSONString
  auto_terminate_abusing_kernel: Boolean
  local_config: JSONString
  container_count: Int
  gpu_alloc_map: UUIDFloatMap  # since 25.4.0
  kernel_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): KernelConnection
  permissions: [AgentPermissionField]  # since 24.12.0
}

type KernelConnection {  # since 24.09.0
  pageInfo: PageInfo!
  edges: [KernelEdge]!
  count: Int
}

type KernelEdge {  # since 24.09.0
  node: KernelNode
  cursor: String!
}

type KernelNode implements Node {  # since 24.09.0
  id: ID!
  row_id: UUID
  cluster_idx: Int
  local_rank: Int
  cluster_role: String
  cluster_hostname: String
  session_id: UUID
  image: ImageNode
  image_reference: String  # since 25.4.0
  architecture: String  # since 25.4.0
  status: String
  status_changed: DateTime
  status_info: String
  status_data: JSONString
  created_at: DateTime
  terminated_at: DateTime
  starts_at: DateTime
  scheduled_at: DateTime
  agent_id: String
  agent_addr: String
  container_id: String
  resource_opts: JSONString
  occupied_slots: JSONString
  live_stat: JSONString
  abusing_report: JSONString
  preopen_ports: [Int]
}

scalar AgentPermissionField  # since 24.12.0

scalar ScopeField  # since 24.12.0

type Domain {
  name: String
  description: String
  is_active: Boolean
  created_at: DateTime
  modified_at: DateTime
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  allowed_docker_registries: [String]
  integration_id: String
  scaling_groups: [String]
}

type GroupNode implements Node {
  id: ID!
  row_id: UUID  # since 24.03.7
  name: String
  description: String
  is_active: Boolean
  created_at: DateTime
  modified_at: DateTime
  domain_name: String
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  integration_id: String
  resource_policy: String
  type: String  # since 24.03.7
  container_registry: JSONString  # since 24.03.7
  scaling_groups: [String]
  registry_quota: BigInt  # since 25.3.0
  user_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): UserConnection
}

type UserConnection {  # since 24.03.0
  pageInfo: PageInfo!
  edges: [UserEdge]!
  count: Int
}

type UserEdge {  # since 24.03.0
  node: UserNode
  cursor: String!
}

type UserNode implements Node {
  id: ID!
  username: String
  email: String
  need_password_change: Boolean
  full_name: String
  description: String
  is_active: Boolean @deprecated  # deprecated since 24.03.0, use status
  status: String
  status_info: String
  created_at: DateTime
  modified_at: DateTime
  domain_name: String
  role: String
  resource_policy: String
  allowed_client_ip: [String]
  totp_activated: Boolean
  totp_activated_at: DateTime
  sudo_session_enabled: Boolean
  container_uid: Int  # since 25.2.0
  container_main_gid: Int  # since 25.2.0
  container_gids: [Int]  # since 25.2.0
  project_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): GroupConnection  # since 25.5.0
}

type GroupConnection {  # since 24.03.0
  pageInfo: PageInfo!
  edges: [GroupEdge]!
  count: Int
}

type GroupEdge {  # since 24.03.0
  node: GroupNode
  cursor: String!
}

scalar ContainerRegistryScopeField  # since 25.3.0

scalar GroupPermissionField  # since 25.3.0

type Group {
  id: UUID
  name: String
  description: String
  is_active: Boolean
  created_at: DateTime
  modified_at: DateTime
  domain_name: String
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  integration_id: String
  resource_policy: String
  type: String  # since 24.03.0
  container_registry: JSONString  # since 24.03.0
  scaling_groups: [String]
}

type Image {
  id: UUID
  name: String @deprecated  # deprecated since 24.12.0, use namespace
  namespace: String  # since 24.12.0
  base_image_name: String  # since 24.12.0
  project: String  # since 24.03.10
  humanized_name: String
  tag: String
  tags: [KVPair]  # since 24.12.0
  version: String  # since 24.12.0
  registry: String
  architecture: String
  is_local: Boolean
  digest: String
  labels: [KVPair]
  aliases: [String]
  size_bytes: BigInt
  status: String  # since 25.4.0
  resource_limits: [ResourceLimit]
  supported_accelerators: [String]
  installed: Boolean
  installed_agents: [String]
  hash: String
}

enum ImageStatus {  # since 25.4.0
  ALIVE
  DELETED
  PURGING
  PURGE_ERROR
}

type ImageConnection {  # since 25.3.0
  pageInfo: PageInfo!
  edges: [ImageEdge]!
  count: Int
}

type ImageEdge {  # since 25.3.0
  node: ImageNode
  cursor: String!
}

type Viewer {  # since 25.14.2
  user: UserNode
  user_id: UUID
  encoded_user_role: String
}

type User implements Item {
  id: ID
  uuid: UUID
  username: String
  email: String
  need_password_change: Boolean
  full_name: String
  description: String
  is_active: Boolean
  status: String
  status_info: String
  created_at: DateTime
  modified_at: DateTime
  domain_name: String
  role: String
  resource_policy: String
  allowed_client_ip: [String]
  totp_activated: Boolean
  totp_activated_at: DateTime
  sudo_session_enabled: Boolean
  main_access_key: String @deprecated  # since 24.03.0; deprecated since 26.9.0
  container_uid: Int  # since 25.2.0
  container_main_gid: Int  # since 25.2.0
  container_gids: [Int]  # since 25.2.0
  groups: [UserGroup]
}

type UserGroup {
  id: UUID
  name: String
}

type UserList implements PaginatedList {
  items: [User]!
  total_count: Int!
}

type KeyPair implements Item {
  id: ID
  user_id: String
  full_name: String
  access_key: String
  secret_key: String
  is_active: Boolean
  is_admin: Boolean
  is_default: Boolean  # since 26.9.0
  resource_policy: String
  created_at: DateTime
  last_used: DateTime
  rate_limit: Int
  num_queries: Int
  rolling_count: Int  # since 24.09.0
  user: UUID
  projects: [String]
  ssh_public_key: String
  vfolders: [VirtualFolder]
  compute_sessions(status: String): [ComputeSession]
  concurrency_used: Int
  user_info: UserInfo
  concurrency_limit: Int @deprecated  # deprecated
}

type VirtualFolder implements Item {
  id: ID
  host: String
  quota_scope_id: String
  name: String
  user: UUID
  user_email: String
  group: UUID
  group_name: String
  creator: String
  domain_name: String  # since 24.09.0
  unmanaged_path: String
  usage_mode: String
  permission: String
  ownership_type: String
  max_files: Int
  max_size: BigInt
  created_at: DateTime
  last_used: DateTime
  num_files: Int
  cur_size: BigInt
  cloneable: Boolean
  status: String
}

type ComputeSession implements Item {
  id: ID
  session_id: UUID
  main_kernel_id: UUID
  tag: String
  name: String
  type: String
  main_kernel_role: String
  priority: Int  # since 24.09.0
  image: String
  architecture: String
  registry: String
  cluster_template: String
  cluster_mode: String
  cluster_size: Int
  domain_name: String
  group_name: String
  group_id: UUID
  user_email: String
  full_name: String
  user_id: UUID
  access_key: String
  created_user_email: String
  created_user_id: UUID
  status: String
  status_changed: DateTime
  status_info: String
  status_data: JSONString
  status_history: JSONString
  created_at: DateTime
  terminated_at: DateTime
  starts_at: DateTime
  scheduled_at: DateTime
  startup_command: String
  result: String
  commit_status: String
  abusing_reports: [JSONString]
  idle_checks: JSONString
  agent_ids: [String]
  agents: [String]
  resource_opts: JSONString
  scaling_group: String
  service_ports: JSONString
  mounts: [String]
  vfolder_mounts: [String]
  occupying_slots: JSONString
  occupied_slots: JSONString
  requested_slots: JSONString  # since 24.03.0
  num_queries: BigInt
  containers: [ComputeContainer]
  dependencies: [ComputeSession]
  inference_metrics: JSONString
}

type UserInfo {
  email: String
  full_name: String
}

type KeyPairList implements PaginatedList {
  items: [KeyPair]!
  total_count: Int!
}

type KeyPairResourcePolicy {
  name: String
  created_at: DateTime
  default_for_unspecified: String
  total_resource_slots: JSONString
  max_session_lifetime: Int
  max_concurrent_sessions: Int
  max_containers_per_session: Int
  idle_timeout: BigInt
  allowed_vfolder_hosts: JSONString
  max_vfolder_count: Int @deprecated  # deprecated since 23.09.4
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.4
  max_quota_scope_size: BigInt @deprecated  # deprecated since 23.09.6
  max_concurrent_sftp_sessions: Int  # since 23.03.3
  max_pending_session_count: Int  # since 24.03.4
  max_pending_session_resource_slots: JSONString  # since 24.03.4
}

type UserResourcePolicy {
  id: ID!
  name: String!
  created_at: DateTime!
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.2
  max_session_count_per_model_session: Int  # since 24.03.1
  max_customized_image_count: Int  # since 24.03.0
}

type ProjectResourcePolicy {
  id: ID!
  name: String!
  created_at: DateTime!
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.2
  max_network_count: Int  # since 24.12.0
}

type ResourcePreset {
  id: UUID  # since 25.4.0
  name: String
  resource_slots: JSONString
  shared_memory: BigInt
  scaling_group_name: String  # since 25.4.0
}

type ScalingGroup {
  name: String
  description: String
  is_active: Boolean
  is_public: Boolean
  created_at: DateTime
  wsproxy_addr: String
  wsproxy_api_token: String
  driver: String
  driver_opts: JSONString
  scheduler: String
  scheduler_opts: JSONString
  use_host_network: Boolean
  accelerator_quantum_size: Float  # since 25.5.0
  agent_count_by_status(status: String = "ALIVE"): Int  # since 24.03.7
  agent_total_resource_slots_by_status(status: String = "ALIVE"): JSONString  # since 24.03.7
  resource_allocation_limit_for_sessions: JSONString  # since 25.6.0
  own_session_occupied_resource_slots: JSONString  # since 25.4.0
}

type StorageVolume implements Item {
  id: ID
  backend: String
  fsprefix: String
  path: String
  capabilities: [String]
  hardware_metadata: JSONString
  performance_metric: JSONString
  usage: JSONString
  proxy: String  # since 24.03.0
  name: String  # since 24.03.0
}

type StorageVolumeList implements PaginatedList {
  items: [StorageVolume]!
  total_count: Int!
}

type VirtualFolderNode implements Node {  # since 24.03.4
  id: ID!
  row_id: UUID  # since 24.03.4
  host: String
  quota_scope_id: String
  name: String
  user: UUID
  user_email: String
  group: UUID
  group_name: String
  creator: String
  unmanaged_path: String
  usage_mode: String
  permission: String
  ownership_type: String
  max_files: Int
  max_size: BigInt
  created_at: DateTime
  last_used: DateTime
  num_files: Int
  cur_size: BigInt
  cloneable: Boolean
  status: String
  permissions: [VFolderPermissionValueField]  # since 24.09.0
}

scalar VFolderPermissionValueField  # since 24.09.0

type VirtualFolderConnection {  # since 24.03.4
  pageInfo: PageInfo!
  edges: [VirtualFolderEdge]!
  count: Int
}

type VirtualFolderEdge {  # since 24.03.4
  node: VirtualFolderNode
  cursor: String!
}

type VirtualFolderList implements PaginatedList {
  items: [VirtualFolder]!
  total_count: Int!
}

type VirtualFolderPermissionList implements PaginatedList {
  items: [VirtualFolderPermission]!
  total_count: Int!
}

type VirtualFolderPermission implements Item {
  id: ID
  permission: String
  vfolder: UUID
  vfolder_name: String
  user: UUID
  user_email: String
}

type ComputeSessionNode implements Node {  # since 24.09.0
  id: ID!
  row_id: UUID
  tag: String
  name: String
  type: String
  priority: Int  # since 24.09.0
  cluster_template: String
  cluster_mode: String
  cluster_size: Int
  domain_name: String
  project_id: UUID
  user_id: UUID
  owner: UserNode  # since 25.13.0
  access_key: String
  permissions: [SessionPermissionValueField]
  status: String
  status_info: String
  status_data: JSONString
  status_history: JSONString
  created_at: DateTime
  terminated_at: DateTime
  starts_at: DateTime
  scheduled_at: DateTime
  queue_position: Int  # since 25.13.0
  startup_command: String
  result: String
  commit_status: String
  abusing_reports: [JSONString]
  idle_checks: JSONString
  agent_ids: [String]
  resource_opts: JSONString
  scaling_group: String
  service_ports: JSONString
  vfolder_mounts: [String]
  occupied_slots: JSONString
  requested_slots: JSONString
  image_references: [String]  # since 25.4.0
  vfolder_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): VirtualFolderConnection  # since 25.4.0
  num_queries: BigInt
  inference_metrics: JSONString
  kernel_nodes(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): KernelConnection
  dependents(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ComputeSessionConnection  # since 24.09.0
  dependees(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ComputeSessionConnection  # since 24.09.0
  graph(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): ComputeSessionConnection  # since 24.09.0
}

scalar SessionPermissionValueField  # since 24.09.0

type ComputeSessionConnection {  # since 24.09.0
  pageInfo: PageInfo!
  edges: [ComputeSessionEdge]!
  count: Int
}

type ComputeSessionEdge {  # since 24.09.0
  node: ComputeSessionNode
  cursor: String!
}

type SessionPendingQueueConnection {  # since 25.13.0
  pageInfo: PageInfo!
  edges: [SessionPendingQueueEdge]!
  count: Int
}

type SessionPendingQueueEdge {  # since 25.13.0
  node: ComputeSessionNode
  cursor: String!
}

type ComputeSessionList implements PaginatedList {
  items: [ComputeSession]!
  total_count: Int!
}

type ComputeContainerList implements PaginatedList {
  items: [ComputeContainer]!
  total_count: Int!
}

type LegacyComputeSessionList implements PaginatedList {
  items: [LegacyComputeSession]!
  total_count: Int!
}

type LegacyComputeSession implements Item {
  id: ID
  tag: String
  sess_id: String
  sess_type: String
  session_name: String
  session_type: String
  role: String
  image: String
  architecture: String
  registry: String
  domain_name: String
  group_name: String
  group_id: UUID
  scaling_group: String
  user_uuid: UUID
  access_key: String
  status: String
  status_changed: DateTime
  status_info: String
  created_at: DateTime
  terminated_at: DateTime
  startup_command: String
  result: String
  agent: String
  container_id: String
  service_ports: JSONString
  occupied_slots: JSONString
  occupied_shares: JSONString
  mounts: [[String]]
  resource_opts: JSONString
  num_queries: BigInt
  live_stat: JSONString
  last_stat: JSONString
  user_email: String
  lang: String
  mem_slot: Int
  cpu_slot: Float
  gpu_slot: Float
  tpu_slot: Float
  cpu_used: BigInt
  cpu_using: Float
  mem_max_bytes: BigInt
  mem_cur_bytes: BigInt
  net_rx_bytes: BigInt
  net_tx_bytes: BigInt
  io_read_bytes: BigInt
  io_write_bytes: BigInt
  io_max_scratch_size: BigInt
  io_cur_scratch_size: BigInt
}

type TotalResourceSlot implements Item {  # since 25.5.0
  id: ID
  occupied_slots: JSONString
  requested_slots: JSONString
}

type PredefinedAtomicPermission {
  vfolder_host_permission_list: [String]
}

type Endpoint implements Item {
  id: ID
  endpoint_id: UUID
  image: String @deprecated  # deprecated since 23.09.9, use image_object
  image_object: ImageNode  # since 23.09.9
  domain: String
  project: String
  resource_group: String
  resource_slots: JSONString
  url: String
  model: UUID
  model_definition_path: String  # since 24.03.4
  model_mount_destiation: String @deprecated  # deprecated since 24.03.4, use model_mount_destination
  model_mount_destination: String  # since 24.03.4
  extra_mounts: [VirtualFolderNode]  # since 24.03.4
  created_user: UUID @deprecated  # deprecated since 23.09.8, use created_user_id
  created_user_email: String  # since 23.09.8
  created_user_id: UUID  # since 23.09.8
  session_owner: UUID @deprecated  # deprecated since 23.09.8, use session_owner_id
  session_owner_email: String  # since 23.09.8
  session_owner_id: UUID  # since 23.09.8
  tag: String
  startup_command: String
  bootstrap_script: String
  callback_url: String
  environ: JSONString
  name: String
  resource_opts: JSONString
  replicas: Int  # since 24.12.0
  desired_session_count: Int @deprecated  # deprecated since 24.12.0, use replicas
  cluster_mode: String
  cluster_size: Int
  open_to_public: Boolean
  runtime_variant: RuntimeVariantInfo  # since 24.03.5
  created_at: DateTime!
  destroyed_at: DateTime
  routings: [Routing]
  retries: Int
  status: String
  lifecycle_stage: String
  errors: [InferenceSessionError!]!
  live_stat: JSONString  # since 24.12.0
}

type RuntimeVariantInfo {  # since 24.03.5
  name: String
  human_readable_name: String
}

type Routing implements Item {
  id: ID
  routing_id: UUID
  endpoint: String
  session: UUID
  status: String
  health_status: String  # since 26.4.2
  traffic_ratio: Float
  created_at: DateTime
  error_data: JSONString
  live_stat: JSONString  # since 24.12.0
}

type InferenceSessionError {
  session_id: UUID
  errors: [InferenceSessionErrorInfo!]!
}

type InferenceSessionErrorInfo {
  src: String!
  name: String!
  repr: String!
}

type EndpointList implements PaginatedList {
  items: [Endpoint]!
  total_count: Int!
}

type RoutingList implements PaginatedList {
  items: [Routing]!
  total_count: Int!
}

type EndpointToken implements Item {
  id: ID
  token: String!
  endpoint_id: UUID!
  domain: String!
  project: String!
  session_owner: UUID!
  created_at: DateTime!
  valid_until: DateTime
}

type EndpointTokenList implements PaginatedList {
  items: [EndpointToken]!
  total_count: Int!
}

type QuotaScope implements Item {
  id: ID!
  quota_scope_id: String!
  storage_host_name: String!
  details: QuotaDetails!
}

type QuotaDetails {
  usage_bytes: BigInt
  usage_count: BigInt
  hard_limit_bytes: BigInt
}

type ContainerRegistry implements Node {  # deprecated since 24.09.0, use ContainerRegistryNode
  id: ID!
  hostname: String
  config: ContainerRegistryConfig
}

type ContainerRegistryConfig {  # deprecated since 24.09.0
  url: String!
  type: String!
  project: [String]
  username: String
  password: String
  ssl_verify: Boolean
  is_global: Boolean  # since 24.09.0
}

type ContainerRegistryNode implements Node {  # since 24.09.0
  id: ID!
  row_id: UUID  # since 24.09.0
  name: String
  url: String!  # since 24.09.0
  type: ContainerRegistryTypeField!  # since 24.09.0
  registry_name: String!  # since 24.09.0
  is_global: Boolean  # since 24.09.0
  project: String  # since 24.09.0
  username: String  # since 24.09.0
  password: String  # since 24.09.0
  ssl_verify: Boolean  # since 24.09.0
  extra: JSONString  # since 24.09.3
  allowed_groups(filter: String, order: String, offset: Int, before: String, after: String, first: Int, last: Int): GroupConnection  # since 25.3.0
}

scalar ContainerRegistryTypeField  # since 24.09.0

type ContainerRegistryConnection {  # since 24.09.0
  pageInfo: PageInfo!
  edges: [ContainerRegistryEdge]!
  count: Int
}

type ContainerRegistryEdge {  # since 24.09.0
  node: ContainerRegistryNode
  cursor: String!
}

type ModelCard implements Node {
  id: ID!
  name: String
  row_id: UUID  # since 24.03.8
  vfolder: VirtualFolder
  vfolder_node: VirtualFolderNode  # since 24.09.0
  author: String
  title: String
  version: String
  created_at: DateTime
  modified_at: DateTime
  description: String
  task: String
  category: String
  architecture: String
  framework: [String]
  label: [String]
  license: String
  min_resource: JSONString
  readme: String
  readme_filetype: String
  error_msg: String  # since 24.03.8
}

type ModelCardConnection {  # since 24.03.4
  pageInfo: PageInfo!
  edges: [ModelCardEdge]!
  count: Int
}

type ModelCardEdge {  # since 24.03.4
  node: ModelCard
  cursor: String!
}

type NetworkNode implements Node {  # since 24.12.0
  id: ID!
  row_id: UUID
  name: String
  ref_name: String
  driver: String
  project: UUID
  domain_name: String
  options: JSONString
  created_at: DateTime
  updated_at: DateTime
}

type NetworkConnection {  # since 24.12.0
  pageInfo: PageInfo!
  edges: [NetworkEdge]!
  count: Int
}

type NetworkEdge {  # since 24.12.0
  node: NetworkNode
  cursor: String!
}

type EndpointAutoScalingRuleNode implements Node {  # since 25.1.0
  id: ID!
  row_id: UUID!
  metric_source: AutoScalingMetricSource!
  metric_name: String!
  threshold: String!
  comparator: AutoScalingMetricComparator!
  step_size: Int!
  cooldown_seconds: Int!
  min_replicas: Int
  max_replicas: Int
  created_at: DateTime!
  last_triggered_at: DateTime
  endpoint: UUID!
}

enum AutoScalingMetricSource {  # since 25.1.0
  KERNEL
  INFERENCE_FRAMEWORK
  PROMETHEUS
}

enum AutoScalingMetricComparator {  # since 25.1.0
  LESS_THAN
  LESS_THAN_OR_EQUAL
  GREATER_THAN
  GREATER_THAN_OR_EQUAL
}

type EndpointAutoScalingRuleConnection {  # since 25.1.0
  pageInfo: PageInfo!
  edges: [EndpointAutoScalingRuleEdge]!
  count: Int
}

type EndpointAutoScalingRuleEdge {  # since 25.1.0
  node: EndpointAutoScalingRuleNode
  cursor: String!
}

type UserUtilizationMetric {  # since 25.6.0
  user_id: UUID
  metrics: [ContainerUtilizationMetric]
}

type ContainerUtilizationMetric {  # since 25.6.0
  metric_name: String
  value_type: String
  values: [MetricResultValue]
  max_value: String
  avg_value: String
}

type MetricResultValue {  # since 25.6.0
  timestamp: Float
  value: String
}

input UserUtilizationMetricQueryInput {  # since 25.6.0
  value_type: String = "current"
  metric_name: String!
  start: String!
  end: String!
  step: String!
}

type ContainerUtilizationMetricMetadata {  # since 25.6.0
  metric_names: [String]
}

type AvailableServiceNode implements Node {  # since 25.8.0
  id: ID!
  service_variants: [String]!  # since 25.8.0
}

type AvailableServiceConnection {  # since 25.8.0
  pageInfo: PageInfo!
  edges: [AvailableServiceEdge]!
  count: Int
}

type AvailableServiceEdge {  # since 25.8.0
  node: AvailableServiceNode
  cursor: String!
}

type ServiceConfigNode implements Node {  # since 25.8.0
  id: ID!
  service: String!  # since 25.8.0
  configuration: JSONString!  # since 25.8.0
  schema: JSONString!  # since 25.8.0
}

type ServiceConfigConnection {  # since 25.8.0
  pageInfo: PageInfo!
  edges: [ServiceConfigEdge]!
  count: Int
}

type ServiceConfigEdge {  # since 25.8.0
  node: ServiceConfigNode
  cursor: String!
}

union _Entity = ImageNode | DomainNode | ScalingGroupNode | AgentNode | GroupNode | UserNode | VirtualFolderNode | ComputeSessionNode | EndpointToken | ContainerRegistryNode | ModelCard | NetworkNode | EndpointAutoScalingRuleNode

scalar _Any

type _Service {
  sdl: String
}

type Mutation {
  modify_agent(id: String!, props: ModifyAgentInput!): ModifyAgent
  create_domain(name: String!, props: DomainInput!): CreateDomain
  modify_domain(name: String!, props: ModifyDomainInput!): ModifyDomain
  delete_domain(name: String!): DeleteDomain
  purge_domain(name: String!): PurgeDomain
  create_domain_node(input: CreateDomainNodeInput!): CreateDomainNode  # since 24.12.0
  modify_domain_node(input: ModifyDomainNodeInput!): ModifyDomainNode  # since 24.12.0
  create_group(name: String!, props: GroupInput!): CreateGroup
  modify_group(gid: UUID!, props: ModifyGroupInput!): ModifyGroup
  delete_group(gid: UUID!): DeleteGroup
  purge_group(gid: UUID!): PurgeGroup
  create_user(email: String!, props: UserInput!): CreateUser
  modify_user(email: String!, props: ModifyUserInput!): ModifyUser
  delete_user(email: String!): DeleteUser
  purge_user(email: String!, props: PurgeUserInput!): PurgeUser
  rescan_gpu_alloc_maps(agent_id: String!): RescanGPUAllocMaps  # since 25.4.0
  create_keypair(props: KeyPairInput!, user_id: String!): CreateKeyPair
  modify_keypair(access_key: String!, props: ModifyKeyPairInput!): ModifyKeyPair
  delete_keypair(access_key: String!): DeleteKeyPair
  rescan_images(
    project: String  # since 25.1.0
    registry: String
  ): RescanImages
  preload_image(references: [String]!, target_agents: [String]!): PreloadImage
  unload_image(references: [String]!, target_agents: [String]!): UnloadImage
  modify_image(architecture: String = null, props: ModifyImageInput!, target: String!): ModifyImage
  clear_image_custom_resource_limit(key: ClearImageCustomResourceLimitKey!): ClearImageCustomResourceLimitPayload  # since 25.6.0
  forget_image_by_id(image_id: String!): ForgetImageById  # since 24.03.0
  forget_image(architecture: String = null, reference: String!): ForgetImage @deprecated  # deprecated since 25.4.0, use forget_image_by_id
  purge_image_by_id(
    image_id: String!
    options: PurgeImageOptions = {remove_from_registry: false}  # since 25.10.0
  ): PurgeImageById  # since 25.4.0
  untag_image_from_registry(image_id: String!): UntagImageFromRegistry  # since 24.03.1
  alias_image(alias: String!, architecture: String = null, target: String!): AliasImage
  dealias_image(alias: String!): DealiasImage
  clear_images(registry: String): ClearImages
  purge_images(keys: [PurgeImagesKey]!, options: PurgeImagesOptions = {force: false, noprune: false}): PurgeImagesPayload  # since 25.4.0
  modify_compute_session(input: ModifyComputeSessionInput!): ModifyComputeSessionPayload  # since 24.09.0
  create_keypair_resource_policy(name: String!, props: CreateKeyPairResourcePolicyInput!): CreateKeyPairResourcePolicy
  modify_keypair_resource_policy(name: String!, props: ModifyKeyPairResourcePolicyInput!): ModifyKeyPairResourcePolicy
  delete_keypair_resource_policy(name: String!): DeleteKeyPairResourcePolicy
  create_user_resource_policy(name: String!, props: CreateUserResourcePolicyInput!): CreateUserResourcePolicy
  modify_user_resource_policy(name: String!, props: ModifyUserResourcePolicyInput!): ModifyUserResourcePolicy
  delete_user_resource_policy(name: String!): DeleteUserResourcePolicy
  create_project_resource_policy(name: String!, props: CreateProjectResourcePolicyInput!): CreateProjectResourcePolicy
  modify_project_resource_policy(name: String!, props: ModifyProjectResourcePolicyInput!): ModifyProjectResourcePolicy
  delete_project_resource_policy(name: String!): DeleteProjectResourcePolicy
  create_resource_preset(name: String!, props: CreateResourcePresetInput!): CreateResourcePreset
  modify_resource_preset(
    id: UUID = null  # since 25.4.0
    name: String = null @deprecated  # deprecated since 25.4.0
    props: ModifyResourcePresetInput!
  ): ModifyResourcePreset
  delete_resource_preset(
    id: UUID = null  # since 25.4.0
    name: String = null @deprecated  # deprecated since 25.4.0
  ): DeleteResourcePreset
  modify_service_config(
    input: ModifyServiceConfigNodeInput!  # since 25.8.0
  ): ModifyServiceConfigNodePayload  # since 25.8.0
  create_scaling_group(name: String!, props: CreateScalingGroupInput!): CreateScalingGroup
  modify_scaling_group(name: String!, props: ModifyScalingGroupInput!): ModifyScalingGroup
  delete_scaling_group(name: String!): DeleteScalingGroup
  associate_scaling_group_with_domain(domain: String!, scaling_group: String!): AssociateScalingGroupWithDomain
  associate_scaling_groups_with_domain(domain: String!, scaling_groups: [String]!): AssociateScalingGroupsWithDomain  # since 24.03.9
  associate_scaling_group_with_user_group(scaling_group: String!, user_group: UUID!): AssociateScalingGroupWithUserGroup
  associate_scaling_groups_with_user_group(scaling_groups: [String]!, user_group: UUID!): AssociateScalingGroupsWithUserGroup  # since 24.03.9
  associate_scaling_group_with_keypair(access_key: String!, scaling_group: String!): AssociateScalingGroupWithKeyPair
  associate_scaling_groups_with_keypair(access_key: String!, scaling_groups: [String]!): AssociateScalingGroupsWithKeyPair  # since 24.03.9
  disassociate_scaling_group_with_domain(domain: String!, scaling_group: String!): DisassociateScalingGroupWithDomain
  disassociate_scaling_groups_with_domain(domain: String!, scaling_groups: [String]!): DisassociateScalingGroupsWithDomain  # since 24.03.9
  disassociate_scaling_group_with_user_group(scaling_group: String!, user_group: UUID!): DisassociateScalingGroupWithUserGroup
  disassociate_scaling_groups_with_user_group(scaling_groups: [String]!, user_group: UUID!): DisassociateScalingGroupsWithUserGroup  # since 24.03.9
  disassociate_scaling_group_with_keypair(access_key: String!, scaling_group: String!): DisassociateScalingGroupWithKeyPair
  disassociate_scaling_groups_with_keypair(access_key: String!, scaling_groups: [String]!): DisassociateScalingGroupsWithKeyPair  # since 24.03.9
  disassociate_all_scaling_groups_with_domain(domain: String!): DisassociateAllScalingGroupsWithDomain
  disassociate_all_scaling_groups_with_group(user_group: UUID!): DisassociateAllScalingGroupsWithGroup
  set_quota_scope(props: QuotaScopeInput!, quota_scope_id: String!, storage_host_name: String!): SetQuotaScope
  unset_quota_scope(quota_scope_id: String!, storage_host_name: String!): UnsetQuotaScope
  create_container_registry_node(
    extra: JSONString  # since 24.09.3
    is_global: Boolean  # since 24.09.0
    password: String  # since 24.09.0
    project: String  # since 24.09.0
    registry_name: String!  # since 24.09.0
    ssl_verify: Boolean  # since 24.09.0
    type: ContainerRegistryTypeField!  # since 24.09.0
    url: String!  # since 24.09.0
    username: String  # since 24.09.0
  ): CreateContainerRegistryNode @deprecated  # since 24.09.0; deprecated since 25.3.0, use create_container_registry_node_v2
  modify_container_registry_node(
    extra: JSONString  # since 24.09.3
    id: String!  # since 24.09.0
    is_global: Boolean  # since 24.09.0
    password: String  # since 24.09.0
    project: String  # since 24.09.0
    registry_name: String  # since 24.09.0
    ssl_verify: Boolean  # since 24.09.0
    type: ContainerRegistryTypeField  # since 24.09.0
    url: String  # since 24.09.0
    username: String  # since 24.09.0
  ): ModifyContainerRegistryNode @deprecated  # since 24.09.0; deprecated since 25.3.0, use modify_container_registry_node_v2
  delete_container_registry_node(
    id: String!  # since 24.09.0
  ): DeleteContainerRegistryNode @deprecated  # since 24.09.0; deprecated since 25.3.0, use delete_container_registry_node_v2
  create_container_registry_node_v2(
    props: CreateContainerRegistryNodeInputV2!  # since 25.3.0
  ): CreateContainerRegistryNodeV2  # since 25.3.0
  modify_container_registry_node_v2(
    id: String!  # since 25.3.0
    props: ModifyContainerRegistryNodeInputV2!  # since 25.3.0
  ): ModifyContainerRegistryNodeV2  # since 25.3.0
  delete_container_registry_node_v2(
    id: String!  # since 25.3.0
  ): DeleteContainerRegistryNodeV2  # since 25.3.0
  create_endpoint_auto_scaling_rule_node(endpoint: String!, props: EndpointAutoScalingRuleInput!): CreateEndpointAutoScalingRuleNode  # since 25.1.0
  modify_endpoint_auto_scaling_rule_node(id: String!, props: ModifyEndpointAutoScalingRuleInput!): ModifyEndpointAutoScalingRuleNode  # since 25.1.0
  delete_endpoint_auto_scaling_rule_node(id: String!): DeleteEndpointAutoScalingRuleNode  # since 25.1.0
  create_container_registry_quota(quota: BigInt!, scope_id: ScopeField!): CreateContainerRegistryQuota  # since 25.3.0
  update_container_registry_quota(quota: BigInt!, scope_id: ScopeField!): UpdateContainerRegistryQuota  # since 25.3.0
  delete_container_registry_quota(scope_id: ScopeField!): DeleteContainerRegistryQuota  # since 25.3.0
  create_container_registry(hostname: String!, props: CreateContainerRegistryInput!): CreateContainerRegistry @deprecated  # deprecated since 24.09.0, use create_container_registry_node_v2
  modify_container_registry(hostname: String!, props: ModifyContainerRegistryInput!): ModifyContainerRegistry @deprecated  # deprecated since 24.09.0, use modify_container_registry_node_v2
  delete_container_registry(hostname: String!): DeleteContainerRegistry @deprecated  # deprecated since 24.09.0, use delete_container_registry_node_v2
  modify_endpoint(endpoint_id: UUID!, props: ModifyEndpointInput!): ModifyEndpoint
  check_and_transit_session_status(input: CheckAndTransitStatusInput!): CheckAndTransitStatus  # since 24.09.0
  create_network(driver: String, name: String!, project_id: UUID!): CreateNetwork  # since 24.12.0
  modify_network(network: String!, props: ModifyNetworkInput!): ModifyNetwork  # since 24.12.0
  delete_network(network: String!): DeleteNetwork  # since 24.12.0
}

type ModifyAgent {
  ok: Boolean
  msg: String
}

input ModifyAgentInput {
  schedulable: Boolean
  scaling_group: String
}

type CreateDomain {
  ok: Boolean
  msg: String
  domain: Domain
}

input DomainInput {
  description: String = ""
  is_active: Boolean = true
  total_resource_slots: JSONString = "{}"
  allowed_vfolder_hosts: JSONString = "{}"
  allowed_docker_registries: [String] = []
  integration_id: String = null
}

type ModifyDomain {
  ok: Boolean
  msg: String
  domain: Domain
}

input ModifyDomainInput {
  name: String
  description: String
  is_active: Boolean
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  allowed_docker_registries: [String]
  integration_id: String
}

type DeleteDomain {
  ok: Boolean
  msg: String
}

type PurgeDomain {
  ok: Boolean
  msg: String
}

type CreateDomainNode {  # since 24.12.0
  ok: Boolean
  msg: String
  item: DomainNode
}

input CreateDomainNodeInput {  # since 24.12.0
  name: String!
  description: String
  is_active: Boolean = true
  total_resource_slots: JSONString = "{}"
  allowed_vfolder_hosts: JSONString = "{}"
  allowed_docker_registries: [String] = []
  integration_id: String = null
  dotfiles: Bytes = "90"
  scaling_groups: [String]
}

type ModifyDomainNode {  # since 24.12.0
  item: DomainNode
  client_mutation_id: String
}

input ModifyDomainNodeInput {  # since 24.12.0
  id: GlobalIDField!
  description: String
  is_active: Boolean
  total_resource_slots: JSONString
  allowed_vfolder_hosts: JSONString
  allowed_docker_registries: [String]
  integration_id: String
  dotfiles: Bytes
  sgroups_to_add: [String]
  sgroups_to_remove: [String]
  client_mutation_id: String
}

type CreateGroup {
  ok: Boolean
  msg: String
  group: Group
}

input GroupInput {
  type: String = "GENERAL"  # since 24.03.0
  description: String = ""
  is_active: Boolean = true
  domain_name: String!
  total_resource_slots: JSONString = "{}"
  allowed_vfolder_hosts: JSONString = "{}"
  integration_id: String = ""
  resource_policy: String = "default"
  container_registry: JSONString = "{}"  # since 24.03.0
}

type ModifyGroup {
  ok: Boolean
  msg: String
  group: Group
}

input ModifyGroupInput {
  name: String
  description: String
  is_active: Boolean
  domain_name: String
  total_resource_slots: JSONString
  user_update_mode: String
  user_uuids: [String]
  allowed_vfolder_hosts: JSONString
  integration_id: String
  resource_policy: String
  container_registry: JSONString = "{}"  # since 24.03.0
}

type DeleteGroup {
  ok: Boolean
  msg: String
}

type PurgeGroup {
  ok: Boolean
  msg: String
}

type CreateUser {
  ok: Boolean
  msg: String
  user: User
  keypair: KeyPair  # since 25.15.0
}

input UserInput {
  username: String!
  password: String!
  need_password_change: Boolean!
  full_name: String = ""
  description: String = ""
  is_active: Boolean = true
  status: String = "active"
  domain_name: String! = "default"
  role: String = "user"
  group_ids: [String]
  allowed_client_ip: [String] = null
  totp_activated: Boolean = false
  resource_policy: String = "default"
  sudo_session_enabled: Boolean = false
  container_uid: Int  # since 25.2.0
  container_main_gid: Int  # since 25.2.0
  container_gids: [Int]  # since 25.2.0
}

type ModifyUser {
  ok: Boolean
  msg: String
  user: User
}

input ModifyUserInput {
  username: String
  password: String
  need_password_change: Boolean
  full_name: String
  description: String
  is_active: Boolean
  status: String
  domain_name: String
  role: String
  group_ids: [String]
  allowed_client_ip: [String]
  totp_activated: Boolean
  resource_policy: String
  sudo_session_enabled: Boolean
  main_access_key: String
  container_uid: Int  # since 25.2.0
  container_main_gid: Int  # since 25.2.0
  container_gids: [Int]  # since 25.2.0
}

type DeleteUser {
  ok: Boolean
  msg: String
}

type PurgeUser {
  ok: Boolean
  msg: String
}

input PurgeUserInput {
  purge_shared_vfolders: Boolean
  delegate_endpoint_ownership: Boolean  # since 25.4.0
}

type RescanGPUAllocMaps {  # since 25.4.0
  task_id: UUID
}

type CreateKeyPair {
  ok: Boolean
  msg: String
  keypair: KeyPair
}

input KeyPairInput {
  is_active: Boolean = true
  is_admin: Boolean = false
  resource_policy: String!
  concurrency_limit: Int
  rate_limit: Int!
}

type ModifyKeyPair {
  ok: Boolean
  msg: String
}

input ModifyKeyPairInput {
  is_active: Boolean
  is_admin: Boolean
  resource_policy: String
  concurrency_limit: Int
  rate_limit: Int
}

type DeleteKeyPair {
  ok: Boolean
  msg: String
}

type RescanImages {
  ok: Boolean
  msg: String
  task_id: UUID
}

type PreloadImage {
  ok: Boolean
  msg: String
  task_id: String
}

type UnloadImage {
  ok: Boolean
  msg: String
  task_id: String
}

type ModifyImage {
  ok: Boolean
  msg: String
}

input ModifyImageInput {
  name: String
  registry: String
  image: String
  tag: String
  architecture: String
  is_local: Boolean
  size_bytes: Int
  type: String
  digest: String
  labels: [KVPairInput]
  supported_accelerators: [String]
  resource_limits: [ResourceLimitInput]
}

input KVPairInput {
  key: String
  value: String
}

input ResourceLimitInput {
  key: String
  min: String
  max: String @deprecated  # deprecated since 25.14.0
}

type ClearImageCustomResourceLimitPayload {  # since 25.6.0
  image_node: ImageNode
}

input ClearImageCustomResourceLimitKey {  # since 25.6.0
  image_canonical: String!
  architecture: String = null
}

type ForgetImageById {  # since 24.03.0
  ok: Boolean
  msg: String
  image: ImageNode  # since 24.03.1
}

type ForgetImage {  # deprecated since 25.4.0, use forget_image_by_id
  ok: Boolean
  msg: String
  image: ImageNode  # since 24.03.1
}

type PurgeImageById {  # since 25.4.0
  image: ImageNode
}

input PurgeImageOptions {  # since 25.10.0
  remove_from_registry: Boolean = false
}

type UntagImageFromRegistry {  # deprecated since 25.10.0, use purge_image_by_id
  ok: Boolean
  msg: String
  image: ImageNode  # since 24.03.1
}

type AliasImage {
  ok: Boolean
  msg: String
}

type DealiasImage {
  ok: Boolean
  msg: String
}

type ClearImages {
  ok: Boolean
  msg: String
}

type PurgeImagesPayload {  # since 25.6.0
  task_id: String
}

input PurgeImagesKey {  # since 25.6.0
  agent_id: String!
  images: [ImageRefType]!
}

input ImageRefType {
  name: String!
  registry: String
  architecture: String
}

input PurgeImagesOptions {  # since 25.6.0
  force: Boolean = false  # since 25.6.0
  noprune: Boolean = false  # since 25.6.0
}

type ModifyComputeSessionPayload {  # since 24.09.0
  item: ComputeSessionNode
  clientMutationId: String
}

input ModifyComputeSessionInput {
  id: GlobalIDField!
  name: String
  priority: Int
  clientMutationId: String
}

type CreateKeyPairResourcePolicy {
  ok: Boolean
  msg: String
  resource_policy: KeyPairResourcePolicy
}

input CreateKeyPairResourcePolicyInput {
  default_for_unspecified: String!
  total_resource_slots: JSONString = "{}"
  max_session_lifetime: Int = 0
  max_concurrent_sessions: Int!
  max_concurrent_sftp_sessions: Int = 1
  max_containers_per_session: Int!
  idle_timeout: BigInt!
  allowed_vfolder_hosts: JSONString
  max_vfolder_count: Int @deprecated  # deprecated since 23.09.4
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.4
  max_quota_scope_size: BigInt @deprecated  # deprecated since 23.09.6
  max_pending_session_count: Int  # since 24.03.4
  max_pending_session_resource_slots: JSONString  # since 24.03.4
}

type ModifyKeyPairResourcePolicy {
  ok: Boolean
  msg: String
}

input ModifyKeyPairResourcePolicyInput {
  default_for_unspecified: String
  total_resource_slots: JSONString
  max_session_lifetime: Int
  max_concurrent_sessions: Int
  max_concurrent_sftp_sessions: Int
  max_containers_per_session: Int
  idle_timeout: BigInt
  allowed_vfolder_hosts: JSONString
  max_vfolder_count: Int @deprecated  # deprecated since 23.09.4
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.4
  max_quota_scope_size: BigInt @deprecated  # deprecated since 23.09.6
  max_pending_session_count: Int  # since 24.03.4
  max_pending_session_resource_slots: JSONString  # since 24.03.4
}

type DeleteKeyPairResourcePolicy {
  ok: Boolean
  msg: String
}

type CreateUserResourcePolicy {
  ok: Boolean
  msg: String
  resource_policy: UserResourcePolicy
}

input CreateUserResourcePolicyInput {
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_session_count_per_model_session: Int  # since 24.03.1
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.2
  max_customized_image_count: Int  # since 24.03.0
}

type ModifyUserResourcePolicy {
  ok: Boolean
  msg: String
}

input ModifyUserResourcePolicyInput {
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_session_count_per_model_session: Int  # since 24.03.1
  max_customized_image_count: Int  # since 24.03.0
}

type DeleteUserResourcePolicy {
  ok: Boolean
  msg: String
}

type CreateProjectResourcePolicy {
  ok: Boolean
  msg: String
  resource_policy: ProjectResourcePolicy
}

input CreateProjectResourcePolicyInput {
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.2
  max_network_count: Int  # since 24.12.0
}

type ModifyProjectResourcePolicy {
  ok: Boolean
  msg: String
}

input ModifyProjectResourcePolicyInput {
  max_vfolder_count: Int  # since 24.03.1
  max_quota_scope_size: BigInt  # since 24.03.1
  max_vfolder_size: BigInt @deprecated  # deprecated since 23.09.2
  max_network_count: Int  # since 24.12.0
}

type DeleteProjectResourcePolicy {
  ok: Boolean
  msg: String
}

type CreateResourcePreset {
  ok: Boolean
  msg: String
  resource_preset: ResourcePreset
}

input CreateResourcePresetInput {
  resource_slots: JSONString!
  shared_memory: String
  scaling_group_name: String  # since 25.4.0
}

type ModifyResourcePreset {
  ok: Boolean
  msg: String
}

input ModifyResourcePresetInput {
  name: String  # since 25.4.0
  resource_slots: JSONString
  shared_memory: String
  scaling_group_name: String  # since 25.4.0
}

type DeleteResourcePreset {
  ok: Boolean
  msg: String
}

type ModifyServiceConfigNodePayload {  # since 25.8.0
  service_config: ServiceConfigNode!  # since 25.8.0
}

input ModifyServiceConfigNodeInput {  # since 25.8.0
  service: String!  # since 25.8.0
  configuration: JSONString!  # since 25.8.0
}

type CreateScalingGroup {
  ok: Boolean
  msg: String
  scaling_group: ScalingGroup
}

input CreateScalingGroupInput {
  description: String = ""
  is_active: Boolean = true
  is_public: Boolean = true
  wsproxy_addr: String = null
  wsproxy_api_token: String = null
  driver: String!
  driver_opts: JSONString = "{}"
  scheduler: String!
  scheduler_opts: JSONString = "{}"
  use_host_network: Boolean = false
}

type ModifyScalingGroup {
  ok: Boolean
  msg: String
}

input ModifyScalingGroupInput {
  description: String
  is_active: Boolean
  is_public: Boolean
  wsproxy_addr: String
  wsproxy_api_token: String
  driver: String
  driver_opts: JSONString
  scheduler: String
  scheduler_opts: JSONString
  use_host_network: Boolean
}

type DeleteScalingGroup {
  ok: Boolean
  msg: String
}

type AssociateScalingGroupWithDomain {
  ok: Boolean
  msg: String
}

type AssociateScalingGroupsWithDomain {  # since 24.03.9
  ok: Boolean
  msg: String
}

type AssociateScalingGroupWithUserGroup {
  ok: Boolean
  msg: String
}

type AssociateScalingGroupsWithUserGroup {  # since 24.03.9
  ok: Boolean
  msg: String
}

type AssociateScalingGroupWithKeyPair {
  ok: Boolean
  msg: String
}

type AssociateScalingGroupsWithKeyPair {  # since 24.03.9
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupWithDomain {
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupsWithDomain {  # since 24.03.9
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupWithUserGroup {
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupsWithUserGroup {  # since 24.03.9
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupWithKeyPair {
  ok: Boolean
  msg: String
}

type DisassociateScalingGroupsWithKeyPair {  # since 24.03.9
  ok: Boolean
  msg: String
}

type DisassociateAllScalingGroupsWithDomain {
  ok: Boolean
  msg: String
}

type DisassociateAllScalingGroupsWithGroup {
  ok: Boolean
  msg: String
}

type SetQuotaScope {
  quota_scope: QuotaScope
}

input QuotaScopeInput {
  hard_limit_bytes: BigInt
}

type UnsetQuotaScope {
  quota_scope: QuotaScope
}

type CreateContainerRegistryNode {  # since 24.09.0
  container_registry: ContainerRegistryNode
}

type ModifyContainerRegistryNode {  # since 24.09.0
  container_registry: ContainerRegistryNode
}

type DeleteContainerRegistryNode {  # since 24.09.0
  container_registry: ContainerRegistryNode
}

type CreateContainerRegistryNodeV2 {  # since 25.3.0
  container_registry: ContainerRegistryNode
}

input CreateContainerRegistryNodeInputV2 {  # since 25.3.0
  url: String!  # since 25.3.0
  type: ContainerRegistryTypeField!  # since 25.3.0
  registry_name: String!  # since 25.3.0
  is_global: Boolean  # since 25.3.0
  project: String  # since 25.3.0
  username: String  # since 25.3.0
  password: String  # since 25.3.0
  ssl_verify: Boolean  # since 25.3.0
  extra: JSONString  # since 25.3.0
  allowed_groups: AllowedGroups  # since 25.3.0
}

input AllowedGroups {  # since 25.3.0
  add: [String] = []  # since 25.3.0
  remove: [String] = []  # since 25.3.0
}

type ModifyContainerRegistryNodeV2 {  # since 25.3.0
  container_registry: ContainerRegistryNode
}

input ModifyContainerRegistryNodeInputV2 {  # since 25.3.0
  url: String  # since 25.3.0
  type: ContainerRegistryTypeField  # since 25.3.0
  registry_name: String  # since 25.3.0
  is_global: Boolean  # since 25.3.0
  project: String  # since 25.3.0
  username: String  # since 25.3.0
  password: String  # since 25.3.0
  ssl_verify: Boolean  # since 25.3.0
  extra: JSONString  # since 25.3.0
  allowed_groups: AllowedGroups  # since 25.3.0
}

type DeleteContainerRegistryNodeV2 {  # since 25.3.0
  container_registry: ContainerRegistryNode
}

type CreateEndpointAutoScalingRuleNode {  # since 25.1.0
  ok: Boolean
  msg: String
  rule: EndpointAutoScalingRuleNode
}

input EndpointAutoScalingRuleInput {  # since 25.1.0
  metric_source: AutoScalingMetricSource!
  metric_name: String!
  threshold: String!
  comparator: AutoScalingMetricComparator!
  step_size: Int!
  cooldown_seconds: Int!
  min_replicas: Int
  max_replicas: Int
}

type ModifyEndpointAutoScalingRuleNode {  # since 25.1.0
  ok: Boolean
  msg: String
  rule: EndpointAutoScalingRuleNode
}

input ModifyEndpointAutoScalingRuleInput {  # since 25.1.0
  metric_source: AutoScalingMetricSource
  metric_name: String
  threshold: String
  comparator: AutoScalingMetricComparator
  step_size: Int
  cooldown_seconds: Int
  min_replicas: Int
  max_replicas: Int
}

type DeleteEndpointAutoScalingRuleNode {  # since 25.1.0
  ok: Boolean
  msg: String
}

type CreateContainerRegistryQuota {  # since 25.3.0
  ok: Boolean
  msg: String
}

type UpdateContainerRegistryQuota {  # since 25.3.0
  ok: Boolean
  msg: String
}

type DeleteContainerRegistryQuota {  # since 25.3.0
  ok: Boolean
  msg: String
}

type CreateContainerRegistry {  # deprecated since 24.09.0, use CreateContainerRegistryNode
  container_registry: ContainerRegistry
}

input CreateContainerRegistryInput {  # deprecated since 24.09.0
  url: String!
  type: String!
  project: [String]
  username: String
  password: String
  ssl_verify: Boolean
  is_global: Boolean  # since 24.09.0
}

type ModifyContainerRegistry {  # deprecated since 24.09.0, use ModifyContainerRegistryNode
  container_registry: ContainerRegistry
}

input ModifyContainerRegistryInput {  # deprecated since 24.09.0
  url: String
  type: String
  project: [String]
  username: String
  password: String
  ssl_verify: Boolean
  is_global: Boolean  # since 24.09.0
}

type DeleteContainerRegistry {  # deprecated since 24.09.0, use DeleteContainerRegistryNode
  container_registry: ContainerRegistry
}

type ModifyEndpoint {
  ok: Boolean
  msg: String
  endpoint: Endpoint  # since 23.09.8
}

input ModifyEndpointInput {
  resource_slots: JSONString
  resource_opts: JSONString
  cluster_mode: String
  cluster_size: Int
  replicas: Int  # since 24.12.0
  desired_session_count: Int @deprecated  # deprecated since 24.12.0, use replicas
  image: ImageRefType
  name: String
  resource_group: String
  model_definition_path: String  # since 24.03.4
  open_to_public: Boolean
  extra_mounts: [ExtraMountInput]  # since 24.03.4
  environ: JSONString  # since 24.03.5
  runtime_variant: String  # since 24.03.5
}

input ExtraMountInput {  # since 24.03.4
  vfolder_id: String
  mount_destination: String
  type: String  # since 24.03.4
  permission: String  # since 24.03.4
}

type CheckAndTransitStatus {  # since 24.12.0
  item: [ComputeSessionNode]
  client_mutation_id: String
}

input CheckAndTransitStatusInput {  # since 24.12.0
  ids: [GlobalIDField]!
  client_mutation_id: String
}

type CreateNetwork {  # since 24.12.0
  ok: Boolean
  msg: String
  network: NetworkNode
}

type ModifyNetwork {  # since 24.12.0
  ok: Boolean
  msg: String
  network: NetworkNode
}

input ModifyNetworkInput {  # since 24.12.0
  name: String!
}

type DeleteNetwork {  # since 24.12.0
  ok: Boolean
  msg: String
}

scalar FieldSet

scalar federation__Scope

scalar federation__Policy
`
