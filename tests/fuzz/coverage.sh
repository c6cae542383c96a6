#!/bin/bash
# coverage.sh [BUILD_DIR]: how much of what reads foreign bytes the committed
# corpora reach: line coverage of each file, and the lines that none of them ran.
# Needs clang-14 and llvm-14. (error_table.cc is left out: the compiler runs it.)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=${1:-build/coverage}
declare -A read_by=(
  [page_decoder]="service/hss/page_decoder.cc service/hss/row_decoder.cc service/hss/object_encoder.cc
    service/hss/field_encoder.cc service/hss/json_text.cc service/hss/json_index.cc service/hss/json_walk.cc
    service/hss/key_finder.cc service/hss/mended_text.cc service/hss/answer_root.cc service/hss/decode_stats.cc
    service/hss/unrecognized.cc service/hss/token_cursor.h service/hss/wire_writer.h"
  [error_body]="service/hss/error_body.cc service/hss/upstream_error.cc
    service/hss/retry_after.cc service/auth/scrub.cc service/auth/utf8.cc"
  [throttle_text]="service/hss/throttle_text.cc"
  [canonical_query]="service/http/url.cc service/hss/task_request.cc"
  [signature_verifier]="tests/simulator/signature_verifier.cc tests/simulator/escaping.cc")

cmake --preset dev -B "$build" -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" \
  -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" >/dev/null
cmake --build "$build" --target tests/fuzz/all >/dev/null

for name in "${!read_by[@]}"; do
  program=$build/bin/${name}_fuzz
  LLVM_PROFILE_FILE=$program.profraw "$program" "tests/fuzz/corpus/${name}_fuzz" >/dev/null
  llvm-profdata-14 merge "$program.profraw" -o "$program.profdata"
  llvm-cov-14 export -format=lcov -instr-profile="$program.profdata" "$program" |
    awk -v name="$name" -v read_by="${read_by[$name]}" -F'[:,]' '
      BEGIN { count = split(read_by, files, /[ \n]+/); for (i = 1; i <= count; ++i) wanted[files[i]] = 1 }
      /^SF:/ { file = $2; sub(/.*\/\.\.\//, "", file); found = hit = 0; missed = "" }
      /^DA:/ { ++found; if ($3 > 0) ++hit; else missed = missed " " $2 }
      /^end_of_record/ && wanted[file] {
        printf "%5.1f %%  %4d of %4d  %s%s\n", 100 * hit / found, hit, found, file, missed ? ", without" missed : ""
        all += found; all_hit += hit }
      END { printf "%5.1f %%  %4d of %4d  in all by %s\n", 100 * all_hit / all, all_hit, all, name }'
done
