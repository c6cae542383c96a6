// SPDX-License-Identifier: Apache-2.0
// A certificate authority of the test's own, made anew in a folder of its own,
// and what it signs.
#pragma once

#include <string>

#include "tests/e2e/child.h"

namespace hssgw {

class TestCertificates {
 public:
  TestCertificates();

  struct Files {
    std::string cert;
    std::string key;
  };

  std::string ca_file() const { return folder_.Path("ca.pem"); }

  // A server certificate of `name` (a DNS name or an IP address) that ends
  // `days` from now; negative: it has ended.
  Files Issue(const std::string& name, int days) const;

  // A certificate by which a client called `name` can show who it is.
  Files IssueClient(const std::string& name) const;

 private:
  enum class Use { kServer, kClient };
  Files IssueFor(const std::string& name, int days, Use use) const;

  TempFolder folder_;
};

}  // namespace hssgw
