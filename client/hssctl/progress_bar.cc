// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "absl/time/clock.h"

namespace hssgw {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
// Frames come faster than eyes read.
constexpr absl::Duration kShortestStay = absl::Milliseconds(100);
constexpr size_t kUsualWidth = 80;

size_t TerminalWidth() {
  winsize size{};
  const bool known =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // The last column stays free: some terminals wrap there.
  return (known ? size.ws_col : kUsualWidth) - 1;
}

}  // namespace

ProgressBar::ProgressBar(Mode mode)
    : on_(mode == Mode::kAuto && isatty(STDERR_FILENO) == 1),
      rows_on_terminal_(isatty(STDOUT_FILENO) == 1) {
  if (on_) thread_ = std::thread([this] { Run(); });
}

ProgressBar::~ProgressBar() {
  if (!on_) return;
  {
    absl::MutexLock lock(&mu_);
    ends_ = true;
    Erase();
  }
  thread_.join();
}

void ProgressBar::Show(const ListingView& view) {
  if (!on_) return;
  absl::MutexLock lock(&mu_);
  const bool is_news =
      view.broken != view_.broken || view.waiting_for != view_.waiting_for;
  view_ = view;
  has_view_ = true;
  if (is_news || absl::Now() - drawn_at_ >= kShortestStay) Draw();
}

void ProgressBar::Print(const std::string& text) {
  absl::MutexLock lock(&mu_);
  if (rows_on_terminal_) Erase();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void ProgressBar::Run() {
  absl::MutexLock lock(&mu_);
  while (!mu_.AwaitWithTimeout(absl::Condition(&ends_), kTick)) {
    if (has_view_) Draw();
  }
}

void ProgressBar::Draw() {
  drawn_at_ = absl::Now();
  drawn_ = true;
  const std::string line =
      ProgressLine(view_, drawn_at_, zone_, TerminalWidth());
  // Back to the first column, the line, nothing behind it.
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
}

void ProgressBar::Erase() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace hssgw
