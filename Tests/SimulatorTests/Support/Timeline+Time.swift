@testable import Simulator

extension Timeline {
  /// The moment at which operational time reaches x.
  func time(at x: Double) -> Int64 {
    var time: Int64 = 0
    times(at: [x], scale: 1, count: 1, into: &time)
    return time
  }
}
