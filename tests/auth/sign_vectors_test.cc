// SPDX-License-Identifier: Apache-2.0
// The program sign_vectors: its verdicts and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/auth/sign_vector.h"
#include "tests/e2e/child.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using Kind = VectorVerdict::Kind;

class SignVectorsTest : public ::testing::Test {
 protected:
  // The first line of the committed vectors.
  static nlohmann::json Line() {
    std::ifstream file(HSSGW_TEST_DATA "/upstream/signing-vectors.jsonl");
    std::string line;
    std::getline(file, line);
    return nlohmann::json::parse(line);
  }

  Outcome Run(const std::string& text) {
    const std::string path = folder_.Path("vectors.jsonl");
    WriteText(path, text);
    return RunToEnd({.program = HSSGW_SIGN_VECTORS, .arguments = {path}});
  }

  TempFolder folder_;
};

TEST_F(SignVectorsTest, AllRightIsZero) {
  const Outcome outcome = Run(Line().dump() + "\n");

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("ok\tlist-minimal\n"));
  EXPECT_THAT(outcome.output,
              HasSubstr("1 ok, 0 differs, 0 skip, 0 unreadable\n"));
}

TEST_F(SignVectorsTest, OneThatDiffersIsOne) {
  nlohmann::json line = Line();
  line["sk"] = "another";

  const Outcome outcome = Run(Line().dump() + "\n" + line.dump() + "\n");

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("differs\tlist-minimal\tsignature"));
}

TEST_F(SignVectorsTest, WhatCannotBeReadIsTwo) {
  EXPECT_EQ(Run("{\"name\":\n").exit_code, 2);
  EXPECT_EQ(Run("{\"name\":\"x\"}\n").exit_code, 2);
  EXPECT_EQ(Run("").exit_code, 2);
  EXPECT_EQ(RunToEnd({.program = HSSGW_SIGN_VECTORS,
                      .arguments = {folder_.Path("none")}})
                .exit_code,
            2);
  EXPECT_EQ(RunToEnd({.program = HSSGW_SIGN_VECTORS}).exit_code, 2);
}

TEST_F(SignVectorsTest, EveryFieldOfALineCounts) {
  for (const char* field :
       {"canonical_request", "canonical_request_sha256", "string_to_sign",
        "date", "method", "url", "body", "ak", "sk", "signed_headers"}) {
    nlohmann::json line = Line();
    std::string value = line[field];
    value.insert(value.size() / 2, "x");
    line[field] = value;

    EXPECT_EQ(CheckVector(line.dump()).kind, Kind::kDiffers) << field;
  }
}

TEST_F(SignVectorsTest, OtherAlgorithmIsSkipped) {
  nlohmann::json line = Line();
  line["algorithm"] = "V11-HMAC-SHA256";

  EXPECT_EQ(CheckVector(line.dump()).kind, Kind::kSkip);
}

TEST_F(SignVectorsTest, QuirkIsSkippedOnlyWhereItDiffers) {
  nlohmann::json line = Line();
  line["quirk"] = true;
  EXPECT_EQ(CheckVector(line.dump()).kind, Kind::kOk);

  line["canonical_request"] = "GET\n/v5/%257Bproject_id%257D/";
  EXPECT_EQ(CheckVector(line.dump()).kind, Kind::kSkip);
}

}  // namespace
}  // namespace hssgw
