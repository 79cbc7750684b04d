#ifndef QUIESCE_CLIENT_CLI_RENDER_DOCTOR_H_
#define QUIESCE_CLIENT_CLI_RENDER_DOCTOR_H_

#include <string>
#include <vector>

#include "client/cli/doctor_findings.h"
#include "client/cli/view.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// A project as the doctor found it: a line for each finding, with its remedy below, and what the
// raw states of its nodes are taken for.
std::string RenderDiagnosis(const v1::ProjectDiagnosis& diagnosis,
                            const std::vector<Finding>& findings, const View& view);

// A line for each finding, with its remedy below.
std::string RenderFindings(const std::vector<Finding>& findings, const View& view);

// `2 FAIL, 1 warn, 12 ok.`, with a newline.
std::string RenderFindingCounts(const std::vector<Finding>& findings);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_DOCTOR_H_
