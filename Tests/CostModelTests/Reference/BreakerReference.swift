import CostModel

/// The breaker as a full history that is read from its beginning for every question.
struct BreakerReference {
  enum Event {
    case begin(Int64)
    case outcome(Int64, success: Bool, isProbe: Bool)
  }

  let settings: BreakerSettings
  var history: [Event] = []

  /// Opened-until (nil: closed), whether a probe runs, and how often it has opened.
  private func replay() -> (openedUntil: Int64?, probing: Bool, trips: Int) {
    var failures: [Int64] = []
    var openedUntil: Int64?
    var probing = false
    var trips = 0
    func isShut(at t: Int64) -> Bool {
      guard let until = openedUntil else { return false }
      return settings.probes == 1 || t < until
    }
    for event in history {
      switch event {
      case .begin(let t): probing = isShut(at: t)
      case .outcome(let e, let success, let isProbe):
        if isProbe {
          probing = false
          openedUntil = success ? nil : e + settings.open.microseconds
          trips += success ? 0 : 1
        } else if !isShut(at: e) {
          if success, settings.consecutive { failures = [] }
          if !success { failures.append(e) }
          failures = failures.filter { e - $0 < settings.window.microseconds }
          if failures.count >= settings.failures {
            failures = []
            openedUntil = e + settings.open.microseconds
            trips += 1
          }
        }
      }
    }
    return (openedUntil, probing, trips)
  }

  func blocks(at t: Int64) -> Bool {
    let now = replay()
    return now.probing || t < now.openedUntil ?? t
  }

  mutating func begin(at t: Int64) -> Bool {
    history.append(.begin(t))
    return replay().probing
  }

  mutating func record(success: Bool, at e: Int64, isProbe: Bool) -> Bool {
    let before = replay().trips
    history.append(.outcome(e, success: success, isProbe: isProbe))
    return replay().trips > before
  }
}
