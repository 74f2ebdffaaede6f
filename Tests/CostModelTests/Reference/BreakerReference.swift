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
    var outcomes: [(at: Int64, success: Bool)] = []
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
          outcomes.append((e, success))
          outcomes = outcomes.filter { e - $0.at < settings.window.microseconds }
          if mustOpen(outcomes) {
            outcomes = []
            openedUntil = e + settings.open.microseconds
            trips += 1
          }
        }
      }
    }
    return (openedUntil, probing, trips)
  }

  /// Whether the outcomes of the window, the last of which has just come, open a closed breaker.
  private func mustOpen(_ outcomes: [(at: Int64, success: Bool)]) -> Bool {
    let failures = outcomes.count { !$0.success }
    switch settings.rule {
    case .failures(let most, let consecutive):
      let sinceSuccess = outcomes.reversed().prefix { !$0.success }.count
      let isFailure = outcomes.last?.success == false
      return isFailure && (consecutive ? sinceSuccess : failures) >= most
    case .rate(let billionths, let minimumCalls):
      let isEnough = outcomes.count >= minimumCalls
      return isEnough && failures * 1_000_000_000 >= Int(billionths) * outcomes.count
    }
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
