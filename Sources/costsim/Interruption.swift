import Foundation
import Support
import Synchronization

/// Signals that ask the program to end: what was half-written goes, a commit is finished or undone.
enum Interruption {
  private static let isUnderway = Atomic<Bool>(false)

  /// Those that end the program; what the system does to what is too large becomes an error.
  private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU]
  private static let errors = [SIGPIPE, SIGXFSZ]

  /// One thread waits for all of them; others never see one, from the program's first moment on.
  static func handle() {
    for number in errors { signal(number, SIG_IGN) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in ending where number != SIGHUP || !isIgnored(number) {
      sigaddset(&signals, number)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    // A shell lets programs in the background ignore Ctrl-C, and nobody could end them.
    for number in ending where sigismember(&signals, number) == 1 { signal(number, SIG_DFL) }
    let waited = signals
    Thread.detachNewThread {
      var (signals, number) = (waited, Int32(0))
      while sigwait(&signals, &number) != 0 {}
      isUnderway.store(true, ordering: .releasing)
      OutputJournal.undoAll()
      _exit(128 + number)
    }
  }

  /// `nohup` asks for that.
  private static func isIgnored(_ number: Int32) -> Bool {
    let before = signal(number, SIG_IGN)
    let isIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    if !isIgnored { signal(number, before) }
    return isIgnored
  }

  /// Never returns if the program is being ended.
  static func waitForEnd() {
    while isUnderway.load(ordering: .acquiring) { sleep(1) }
  }

  /// As a program ends whose reader has gone.
  static func endAsClosedPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(1)
  }
}
