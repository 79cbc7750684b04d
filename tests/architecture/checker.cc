#include "tests/architecture/checker.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

bool Exempts(const Exemption& exemption, const Rule& rule, const SourceFile& file,
             const Finding& finding) {
  return exemption.rule == rule.name && Matches(exemption.files, file.path) &&
         (exemption.subject.empty() || exemption.subject == finding.subject);
}

}  // namespace

std::vector<std::string> Violations(const std::vector<SourceFile>& tree, const Rule& rule,
                                    const std::vector<Exemption>& exemptions) {
  std::vector<std::string> violations;
  for (const SourceFile& file : tree) {
    for (const Finding& finding : rule.check(file)) {
      const bool exempt = std::any_of(
          exemptions.begin(), exemptions.end(),
          [&](const Exemption& exemption) { return Exempts(exemption, rule, file, finding); });
      if (exempt) continue;
      violations.push_back(Concat({file.path, ":", std::to_string(finding.line), ": ", finding.what,
                                   ". ", finding.why, "."}));
    }
  }
  return violations;
}

std::vector<std::string> StaleExemptions(const std::vector<SourceFile>& tree,
                                         const std::vector<Rule>& rules,
                                         const std::vector<Exemption>& exemptions) {
  std::vector<bool> used(exemptions.size());
  for (const Rule& rule : rules) {
    for (const SourceFile& file : tree) {
      for (const Finding& finding : rule.check(file)) {
        for (size_t i = 0; i < exemptions.size(); ++i) {
          if (Exempts(exemptions[i], rule, file, finding)) used[i] = true;
        }
      }
    }
  }
  std::vector<std::string> stale;
  for (size_t i = 0; i < exemptions.size(); ++i) {
    const Exemption& exemption = exemptions[i];
    if (used[i]) continue;
    stale.push_back(Concat({"the exemption of ", exemption.files, " from '", exemption.rule,
                            "' is not needed: remove it from exemptions.cc"}));
  }
  return stale;
}

}  // namespace quiesce::architecture
