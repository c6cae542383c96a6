#!/bin/bash
# Writes docs/errors.md from the comments of error_reason.proto; with --check
# compares instead and fails where the page is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

proto=proto/hss/antivirus/v1/error_reason.proto
page=docs/errors.md

# A comment reads "CODE[, CODE or CODE][: | . ]what it means and what to do".
generate() {
  cat <<'EOF'
# Errors

<!-- Written by docs/generate_errors.sh from error_reason.proto; change that. -->

An error carries a `google.rpc.ErrorInfo` of domain `hss-gateway` with one of
these reasons. "Retry" says what a program may do by itself; where there is a
`RetryInfo`, it says when.

| Reason | Code | What to do |
|---|---|---|
EOF
  awk '
    function fail(what) { print FILENAME ": " what > "/dev/stderr"; exit 1 }
    /^ *\/\/ / { sub(/^ *\/\/ /, ""); text = text (text == "" ? "" : " ") $0; next }
    /^ *ERROR_REASON_[A-Z_]+ = [0-9]+;/ {
      name = $1; sub(/^ERROR_REASON_/, "", name)
      if (name != "UNSPECIFIED") {
        if (!match(text, /^[A-Z_]+((, | or )[A-Z_]+)*[.:] /)) fail("no code in the comment of " name)
        codes = substr(text, 1, RLENGTH - 2)
        rest = substr(text, RLENGTH + 1)
        gsub(/[A-Z_]+/, "`&`", codes)
        gsub(/\|/, "\\|", rest)
        print "| `" name "` | " codes " | " toupper(substr(rest, 1, 1)) substr(rest, 2) " |"
        rows++
      }
    }
    { text = "" }
    END { if (rows == 0) exit 1 }
  ' "$proto"
}

new=$(mktemp)
trap 'rm -f "$new"' EXIT
generate >"$new"
case ${1:-} in
  --check)
    diff -u "$page" "$new" || { echo "$page is out of date: run docs/generate_errors.sh" >&2; exit 1; }
    ;;
  "") cp "$new" "$page" ;;
  *) echo "usage: docs/generate_errors.sh [--check]" >&2; exit 2 ;;
esac
