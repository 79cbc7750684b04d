// The body of a list as the cloud's documents show it (daemon/cloud/API.md 2.1). A copy of its own:
// the simulator shares nothing with the daemon's tests.

#ifndef TESTS_FAKES_DBSS_SIM_PUBLISHED_EXAMPLE_H_
#define TESTS_FAKES_DBSS_SIM_PUBLISHED_EXAMPLE_H_

namespace quiesce::dbss_sim {

inline constexpr char kPublishedExample[] =
    R"({"clusters":[{"activate_info":null,"charge_model":"Period","comment":null,
 "created":1755594767000,"deploy_mode":"CLOUD","detail":{"server":[{"connect_ip":"10.0.169.77",
 "cpu":"8","created":"2025-08-19 17:04:00","description":null,"effect":null,
 "instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91","is_active":1,"name":"DBSS-OM0819-HA-1",
 "ram":"16384","region":"cn-north-7","resource_spec_code":"dbss.opsmgmt.high","scene":null,
 "security_group_id":"9e033f2d-04a5-4bdc-858e-17e31599d052",
 "server_id":"24307773-2399-495a-a6ad-5159b4bb6a43","specification":"dbss.opsmgmt.high",
 "status":"ACTIVE","subnet_id":"cbed162e-045a-4afd-aa2b-0da11219989c","task_status":"NO_TASK",
 "update_status":null,"version":"2.0","vpc_id":"21f3dac4-f460-4173-ba5e-cb7a0d528605",
 "zone":"cn-north-7c"},{"connect_ip":"10.0.9.187","cpu":"8","created":"2025-08-19 17:04:00",
 "description":null,"effect":null,"instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91",
 "is_active":0,"name":"DBSS-OM0819-HA-2","ram":"16384","region":"cn-north-7",
 "resource_spec_code":"dbss.opsmgmt.high","scene":null,
 "security_group_id":"9e033f2d-04a5-4bdc-858e-17e31599d052",
 "server_id":"df392d71-f504-411e-b336-ad98dcfacad1","specification":"dbss.opsmgmt.high",
 "status":"ACTIVE","subnet_id":"cbed162e-045a-4afd-aa2b-0da11219989c","task_status":"NO_TASK",
 "update_status":null,"version":"2.0","vpc_id":"21f3dac4-f460-4173-ba5e-cb7a0d528605",
 "zone":"cn-north-7c"}],"total":2},"enterprise_project_id":"0","expired":1758268799000,
 "float_ip":"10.0.148.95","instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91",
 "is_active_standby":true,"keep_days":"33","name":"DBSS-OM0819","new_version":null,
 "public_ip":"100.85.120.66","remain_days":"31"}]})";

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_PUBLISHED_EXAMPLE_H_
