#!/bin/bash
# Holds what the documents tell people to type against the programs in BIN_DIR:
# flags, verbs of ./dev, presets, the example of a configuration, files named.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${1:?usage: docs/check_commands.sh BIN_DIR}
pages=(README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md deploy/README.md
  service/README.md tests/simulator/README.md docs/*.md docs/adr/*.md)
bad=0
complain() { echo "$1" >&2; bad=1; }

# found PATTERN: what matches in the pages, once each; continued lines are joined.
found() {
  sed -e ':more' -e '/\\$/{N;s/\\\n//;b more' -e '}' "${pages[@]}" | grep -oE -- "$1" | sort -u || true
}

# helps PROGRAM: the flags that it has, one a line.
helps() {
  {
    "$bin/$1" --help
    [[ $1 != hssctl ]] || for verb in list count summary; do "$bin/$1" "$verb" --help; done
  } | grep -oE -- '--[a-z][a-z-]*'
}

# Of benchmarks, by what heads their sources; of programs, by --help.
every_flag=$(grep -ohE -- '--[a-z][a-z-]*' bench/*_bench.cc bench/*.h)
for program in hss-gateway hssctl hss-simulator; do
  has=$(helps "$program")
  every_flag+=$'\n'$has
  while read -r flag; do
    grep -qxF -- "$flag" <<<"$has" || complain "a document has $program $flag: no such flag"
  done < <(found "$program [^\`#|&]*" | grep -oE -- '--[a-z][a-z-]*')
done
while read -r flag; do
  grep -qxF -- "$flag" <<<"$every_flag" || complain "a document has $flag: no program has it"
done < <(found '`--[a-z][a-z-]*' | tr -d '`')

while read -r _ verb; do
  ./dev | grep -q "^\./dev $verb " || complain "a document has ./dev $verb: no such verb"
done < <(found '\./dev [a-z]+')
while read -r _ preset; do
  grep -qF "\"name\": \"$preset\"" CMakePresets.json || complain "a document has the preset $preset: there is none"
done < <(found '--preset [a-z]+')
# Backticks are Markdown's.
folders='proto|service|client|tests|bench|deploy|docs|cmake|rpc|tasks|hss|auth|http|base'
while read -r path; do
  compgen -G "$path*" >/dev/null || compgen -G "service/$path*" >/dev/null ||
    complain "a document has $path: no such file"
done < <(found "\`($folders)/[A-Za-z0-9_./-]*\`" | tr -d '`')

"$bin/hss-gateway" --check-config --config deploy/example.yaml >/dev/null || complain "deploy/example.yaml does not hold"
exit "$bad"
