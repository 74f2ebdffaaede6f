@testable import Simulator

extension Timeline {
  /// The moment at which operational time reaches x.
  func time(at x: Double) -> Int64 {
    var piece = pieces.pointer(to: 0)
    return Timeline.time(at: x, from: &piece)
  }
}
