// SPDX-License-Identifier: Apache-2.0
// Keeps a progress line on the terminal while rows are printed above it.
//
// Threads: any. One of its own draws every second, so that times count down
// while the listing waits.
#pragma once

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/hssctl/progress_line.h"

namespace hssgw {

class ProgressBar {
 public:
  enum class Mode {
    kAuto,   // if standard error is a terminal
    kNever,  // Print prints, nothing else happens
  };
  explicit ProgressBar(Mode mode);
  // Takes the line away.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(const ListingView& view);

  // Writes to standard output, above the line.
  void Print(const std::string& text);

 private:
  void Run();
  void Draw() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Erase() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const bool on_;
  // Rows and line share a terminal.
  const bool rows_on_terminal_;
  const absl::TimeZone zone_ = absl::LocalTimeZone();

  absl::Mutex mu_;
  ListingView view_ ABSL_GUARDED_BY(mu_);
  bool has_view_ ABSL_GUARDED_BY(mu_) = false;
  bool drawn_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time drawn_at_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  bool ends_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace hssgw
