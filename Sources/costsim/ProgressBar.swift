import Foundation
import Support
import Synchronization

/// Calls done so far on standard error, if that is a terminal.
final class ProgressBar: Sendable {
  private let total: Double
  private let isShown: Bool
  private let state = Mutex<(done: Int, shown: Int)>((0, -1))

  init(total: Double, isQuiet: Bool) {
    self.total = max(1, total)
    isShown = !isQuiet && isatty(STDERR_FILENO) == 1
  }

  func add(_ count: Int) {
    guard isShown else { return }
    state.withLock { state in
      state.done += count
      let percent = min(100, Int(Double(state.done) / total * 100))
      guard percent != state.shown else { return }
      state.shown = percent
      let bar = String(repeating: "█", count: percent / 4)
      let rest = String(repeating: "·", count: 25 - percent / 4)
      write("\r\(bar)\(rest) \(percent) %")
    }
  }

  func finish() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { StandardStream.raw(text) }
}
