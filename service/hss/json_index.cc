// SPDX-License-Identifier: Apache-2.0
#include "service/hss/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

namespace hssgw {
namespace {

static_assert(simdjson::SIMDJSON_PADDING <= JsonIndex::kPadding);

constexpr size_t kLeast = size_t{64} << 10U;

}  // namespace

// The implementation for this processor, chosen by simdjson when we start.
struct JsonIndex::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonIndex::JsonIndex() : stage_(std::make_unique<Stage>()) {}

JsonIndex::~JsonIndex() = default;

JsonIndex::Result JsonIndex::Build(absl::string_view text) {
  text_ = text;
  auto& parser = stage_->parser;
  if (parser == nullptr || parser->capacity() < text.size()) {
    const size_t capacity = std::max(text.size() + text.size() / 4, kLeast);
    constexpr size_t kDepth = 1;  // the first stage knows no depth
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, kDepth, parser) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
  }
  // It reads bytes, and changes none.
  const auto* bytes =
      static_cast<const uint8_t*>(static_cast<const void*>(text.data()));
  switch (parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      return Result::kOk;
    case simdjson::UNCLOSED_STRING:
      return Result::kUnclosed;
    case simdjson::EMPTY:
      return Result::kEmpty;
    default:
      return Result::kBadBytes;
  }
}

TokenCursor JsonIndex::Begin() const {
  return {text_.data(), stage_->parser->structural_indexes.get(), text_.size()};
}

}  // namespace hssgw
