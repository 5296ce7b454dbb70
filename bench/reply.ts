/** The fixed answers of the server: those of release 26.9 to a user with one session, 1.3 kB as JSON. */

export const versionDocument = { version: 'v9.20250722', manager: '26.9.6' }

export const sessionList = {
  data: {
    // Asked for by `backend.ai ps`.
    keypair: { is_admin: false },
    compute_session_list: {
      items: [
        {
          session_id: 'b834c888-b1f3-4a1c-8da9-16258b6dd616',
          main_kernel_id: 'b834c888-b1f3-4a1c-8da9-16258b6dd616',
          name: 'train-resnet-50',
          type: 'INTERACTIVE',
          status: 'RUNNING',
          status_info: null,
          status_data: '{"scheduler": {"retries": 0, "passed_predicates": [{"name": "concurrency"}]}}',
          status_changed: '2026-11-25T04:53:28.857127+00:00',
          result: 'UNDEFINED',
          image: 'cr.backend.ai/stable/python:3.9-ubuntu20.04',
          architecture: 'x86_64',
          tag: null,
          created_at: '2026-11-25T04:53:21.204516+00:00',
          terminated_at: null,
          starts_at: null,
          startup_command: null,
          domain_name: 'default',
          group_name: 'default',
          group_id: '2de2b969-1d04-48a6-af16-0bc8adb3c831',
          user_email: 'user@lablup.com',
          user_id: 'dfa9da54-4b28-432f-be29-c0d680c7a412',
          access_key: 'AKIANABBDUSEREXAMPLE',
          scaling_group: 'default',
          cluster_mode: 'SINGLE_NODE',
          cluster_size: 1,
          service_ports:
            '[{"name": "jupyter", "protocol": "http", "container_ports": [8081], "host_ports": [30731], "is_inference": false}]',
          mounts: [],
          occupied_slots: '{"cpu": "1", "mem": "536870912"}',
          requested_slots: '{"cpu": "1", "mem": "536870912"}',
          resource_opts: '{"shmem": "67108864"}',
          priority: 10,
        },
      ],
      total_count: 1,
    },
  },
  errors: null,
}
