// SPDX-License-Identifier: Apache-2.0
#include "service/base/crypto.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace hssgw {
namespace {

struct Digest {
  const char* name;
  std::string key;  // HMAC only
  std::string text;
  const char* hex;
};
std::string NameOf(const ::testing::TestParamInfo<Digest>& of) {
  return of.param.name;
}

class Sha256Test : public ::testing::TestWithParam<Digest> {};

TEST_P(Sha256Test, IsThePublishedOne) {
  EXPECT_EQ(Sha256Hex(GetParam().text), GetParam().hex);
}

// FIPS 180-4's examples, and what upstream's documents give for no body.
const Digest kHashes[] = {
    {"Nothing", "", "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"OneBlock", "", "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"TwoBlocks", "",
     "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};
INSTANTIATE_TEST_SUITE_P(Vectors, Sha256Test, ::testing::ValuesIn(kHashes),
                         NameOf);

class HmacSha256Test : public ::testing::TestWithParam<Digest> {};

TEST_P(HmacSha256Test, IsThePublishedOne) {
  EXPECT_EQ(HmacSha256Hex(GetParam().key, GetParam().text), GetParam().hex);
}

TEST_P(HmacSha256Test, RawIsTheSameInBytes) {
  EXPECT_EQ(HmacSha256(GetParam().key, GetParam().text),
            absl::HexStringToBytes(GetParam().hex));
}

// RFC 4231, cases 1, 2 and 6; and none of both.
const Digest kMacs[] = {
    {"ShortKey", std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"TextKey", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"KeyOverABlock", std::string(131, '\xaa'),
     "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"Nothing", "", "",
     "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};
INSTANTIATE_TEST_SUITE_P(Vectors, HmacSha256Test, ::testing::ValuesIn(kMacs),
                         NameOf);

TEST(EqualInConstantTimeTest, ComparesWholeStrings) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "xbc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
  EXPECT_FALSE(
      EqualInConstantTime(std::string("a\0b", 3), std::string("a\0c", 3)));
}

}  // namespace
}  // namespace hssgw
