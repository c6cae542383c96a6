// SPDX-License-Identifier: Apache-2.0
// A warm decoder allocates the page, and nothing else. Counts every operator
// new of this program, so it is a program of its own.
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "gtest/gtest.h"
#include "service/hss/page_decoder.h"

namespace {

std::atomic<int> allocations{0};

void* TryAllocate(size_t size) {
  ++allocations;
  return std::malloc(size);
}

void* Allocate(size_t size) {
  if (void* memory = TryAllocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return TryAllocate(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return TryAllocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace hssgw {
namespace {

// The page with its control block, its wire, and its index.
constexpr int kPage = 3;

std::string PlainPage(int rows) {
  std::string body = R"({"total_num":1,"data_list":[)";
  for (int i = 0; i < rows; ++i) {
    body += i == 0 ? "" : ",";
    body += R"({"task_id":"291a3af8-7ba2-4a39-9522-d1b2c32033db",)"
            R"("start_time":1737532317458,"host_info_list":[)"
            R"({"host_name":"agentcompile-2","os_type":"Linux"}]})";
  }
  body += "]}";
  body.reserve(body.size() + 64);
  return body;
}

TEST(PageDecoderAllocationTest, WarmDecoderAllocatesThePageAlone) {
  PageDecoder decoder;
  const std::string body = PlainPage(200);
  // The first tells how much wire such JSON makes; the second is warm.
  ASSERT_TRUE(decoder.Decode(body, {.limit = 200}, nullptr).ok());
  const int before = allocations;

  const auto page = decoder.Decode(body, {.limit = 200}, nullptr);

  EXPECT_LE(allocations - before, kPage);
  EXPECT_EQ((*page)->tasks.size(), 200U);
}

TEST(PageDecoderAllocationTest, KeepsLittleRoomThatAPageDoesNotUse) {
  PageDecoder decoder;
  const std::string body = PlainPage(200);
  ASSERT_TRUE(decoder.Decode(body, {.limit = 200}, nullptr).ok());

  const auto page = decoder.Decode(body, {.limit = 200}, nullptr);

  EXPECT_LE((*page)->wire.capacity(), (*page)->wire.size() * 5 / 4);
}

}  // namespace
}  // namespace hssgw
