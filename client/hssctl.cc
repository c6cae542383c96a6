// SPDX-License-Identifier: Apache-2.0
// hssctl: the command line for people. `hssctl list --help` tells the rest.
#include <CLI/CLI.hpp>

#include "client/hssctl/flags.h"
#include "client/hssctl/verbs.h"

namespace hssgw {
namespace {

int Main(int argc, char** argv) {
  CLI::App app("Reads virus-scan tasks from an hss-gateway.", "hssctl");
  app.require_subcommand(1);
  CallFlags server;
  AddServerFlags(app, server);

  ListFlags list;
  CLI::App* const list_verb =
      app.add_subcommand("list", "Prints tasks, newest first, one a line");
  AddListFlags(*list_verb, list);

  CallFlags count;
  FilterFlags count_filter;
  CLI::App* const count_verb = app.add_subcommand(
      "count", "Prints about how many tasks there are, at little cost");
  AddTimeFlags(*count_verb, count);
  AddFilterFlags(*count_verb, count_filter);

  ListingFlags summary;
  CLI::App* const summary_verb = app.add_subcommand(
      "summary", "Reads every task and prints counts by state");
  AddListingFlags(*summary_verb, summary);

  CLI11_PARSE(app, argc, argv);
  for (CallFlags* call : {&list.listing.call, &count, &summary.call}) {
    call->address = server.address;
    call->project_id = server.project_id;
  }
  if (list_verb->parsed()) return RunList(list);
  if (count_verb->parsed()) return RunCount(count, count_filter);
  return RunSummary(summary);
}

}  // namespace
}  // namespace hssgw

// NOLINTNEXTLINE(bugprone-exception-escape): nobody is left to tell.
int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
