/// One target's breaker.
public struct ReferenceBreaker {
  public struct Settings {
    public var failures: Int
    public var window: Int64
    public var open: Int64
    public var probes: Int
    public var consecutive: Bool
    /// By failure rate in place of `failures`: the share in billionths, and the calls that it needs.
    public var rate: (billionths: Int64, calls: Int)?

    public init(failures: Int, window: Int64, open: Int64, probes: Int, consecutive: Bool) {
      (self.failures, self.window, self.open) = (failures, window, open)
      (self.probes, self.consecutive) = (probes, consecutive)
    }
  }

  private enum State {
    case closed
    case open(until: Int64)
    /// The probe waits or is in flight.
    case probing
  }

  let settings: Settings
  private var state = State.closed
  private var failures: [Int64] = []
  private var calls: [Int64] = []

  init(_ settings: Settings) { self.settings = settings }

  func blocks(at t: Int64) -> Bool {
    switch state {
    case .closed: false
    case .open(let until): t < until
    case .probing: true
    }
  }

  /// An attempt is made; true if it is the probe.
  mutating func begin(at t: Int64) -> Bool {
    guard case .open(let until) = state, until <= t, settings.probes == 1 else { return false }
    state = .probing
    return true
  }

  /// True if it opens the breaker.
  mutating func outcome(success: Bool, isProbe: Bool, at e: Int64) -> Bool {
    if isProbe {
      state = success ? .closed : .open(until: e + settings.open)
      return !success
    }
    switch state {
    case .probing: return false
    case .open(let until):
      if e < until || settings.probes == 1 { return false }
      state = .closed
    case .closed: break
    }
    calls.append(e)
    if !success { failures.append(e) }
    if success, settings.consecutive { failures = [] }
    failures = failures.filter { e - $0 < settings.window }
    calls = calls.filter { e - $0 < settings.window }
    if let rate = settings.rate {
      let share = Int64(failures.count) * 1_000_000_000
      if calls.count < rate.calls || share < rate.billionths * Int64(calls.count) { return false }
    } else if success || failures.count < settings.failures {
      return false
    }
    state = .open(until: e + settings.open)
    (failures, calls) = ([], [])
    return true
  }
}
