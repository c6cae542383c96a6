#!/bin/bash
# Writes docs/configuration.md from the comments of config.proto; with --check
# compares instead and fails where the page is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

proto=proto/hss/gateway/config/v1/config.proto
page=docs/configuration.md

# A field's comment reads "what it means. Default: X."; a field that is a message
# of ours has no default, its own fields have.
generate() {
  cat <<'PAGE'
# Configuration

<!-- Written by docs/generate_configuration.sh from config.proto; change that. -->

`hss-gateway --config FILE` reads settings from a YAML file; `deploy/example.yaml`
is one. Everything has a default. A flag goes before the file, the file before
the default; the environment gives only what Huawei Cloud's SDKs take from it:
`HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK`, `HUAWEICLOUD_SDK_SECURITY_TOKEN` and
`HUAWEICLOUD_SDK_PROJECT_ID`. The file holds no secrets: it names the files that
do. `--region` or `--endpoint` overrules both of the file's, and
`--calls-per-minute` sets the period, too.

`hss-gateway --check-config --config FILE` checks flags and file, prints the
settings that hold and ends with 0; or names everything that is wrong, a line
each, and ends with 2. It opens no other file: keys and certificates are read at
the start.

Durations are numbers of `ms`, `s`, `m` and `h` (`250ms`, `1m30s`); sizes are
bytes, or numbers of `KiB`, `MiB` and `GiB`. An empty text is the same as none.

| Path | Type | Default | Meaning |
|---|---|---|---|
PAGE
  awk '
    function fail(what) { print FILENAME ": " what > "/dev/stderr"; failed = 1; exit 1 }
    # The words of an enum, or what YAML wants for a type of protobuf.
    function type_of(type, name) {
      if (type in words) return words[type]
      if (type == "google.protobuf.Duration") return "duration"
      if (type == "int64" && name ~ /_bytes$/) return "size"
      if (type == "int32" || type == "int64") return "whole number"
      if (type == "bool") return "true or false"
      if (type == "string") return "text"
      fail("no name for type " type)
    }
    function table(message, prefix,    i, path) {
      for (i = 1; i <= count[message]; i++) {
        path = prefix name[message, i] (repeated[message, i] && type[message, i] in count ? "[]" : "")
        if (type[message, i] in count) { table(type[message, i], path "."); continue }
        row(message, i, path)
      }
    }
    function row(message, i, path,    said, at, fallback, list) {
      said = text[message, i]
      at = index(said, "Default: ")
      if (!at || said !~ /\.$/) fail("no default in the comment of " path)
      fallback = substr(said, at + 9, length(said) - at - 9)
      said = substr(said, 1, at - 2)
      gsub(/\|/, "\\|", said)
      list = repeated[message, i] ? "list of " : ""
      print "| `" path "` | " list type_of(type[message, i], name[message, i]) \
        " | `" fallback "` | " said " |"
      rows++
    }
    /^ *\/\/ / { sub(/^ *\/\/ /, ""); comment = comment (comment == "" ? "" : " ") $0; next }
    /^message / { inside = $2; count[inside] = 0 }
    /^enum / { inside = ""; enum = $2 }
    /^  [a-zA-Z0-9_.]+ ?[a-zA-Z0-9_.]* [a-z_0-9]+ = [0-9]+;/ && inside != "" {
      n = ++count[inside]
      sub(/ = .*/, "")
      name[inside, n] = $NF; type[inside, n] = $(NF - 1)
      repeated[inside, n] = $1 == "repeated"; text[inside, n] = comment
    }
    /^  [A-Z_]+ = [0-9]+;/ && enum != "" {
      if ($1 ~ /_UNSPECIFIED$/) { start = $1; sub(/UNSPECIFIED$/, "", start) }
      else {
        word = tolower(substr($1, length(start) + 1))
        words[enum] = words[enum] (words[enum] == "" ? "" : ", ") "`" word "`"
      }
    }
    /^}/ { inside = ""; enum = "" }
    { comment = "" }
    END {
      if (failed) exit 1
      table("GatewayConfig", "")
      if (rows == 0) fail("no fields")
    }
  ' "$proto"
}

new=$(mktemp)
trap 'rm -f "$new"' EXIT
generate >"$new"
case ${1:-} in
  --check)
    diff -u "$page" "$new" || { echo "$page is out of date: run docs/generate_configuration.sh" >&2; exit 1; }
    ;;
  "") cp "$new" "$page" ;;
  *) echo "usage: docs/generate_configuration.sh [--check]" >&2; exit 2 ;;
esac
