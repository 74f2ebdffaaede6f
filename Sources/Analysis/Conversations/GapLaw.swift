import Scenarios

/// The time from one call's start to the next one's: how long the call takes, then a pause that lasts at
/// least as long as sub-agents work. Microseconds; the parts are independent.
package struct GapLaw: Sendable {
  private let latency: [(chance: Double, value: Double)]
  private let pause: Distribution
  /// How long sub-agents work, with the chance of that.
  private let floors: [(chance: Double, value: Double)]
  /// Microseconds that a call takes in the mean.
  package let latencyMean: Double

  package init(
    latency: Distribution, pause: Distribution,
    floors: [(chance: Double, value: Double)] = [(1, 0)]
  ) {
    // Sums over a law are exact where the other one is a point.
    let isSwapped = pause.isConstant && !latency.isConstant && floors.allSatisfy { $0.value <= 0 }
    self.latency = isSwapped ? pause.cells : latency.cells
    self.pause = isSwapped ? latency : pause
    self.floors = floors
    latencyMean = latency.mean
  }

  /// P(G < T).
  package func chance(below time: Double) -> Double {
    sum { call, floor in
      call + floor < time ? pause.moments(below: time - call).mass : 0
    }
  }

  /// E min(G, T).
  package func meanMin(_ time: Double) -> Double {
    sum { call, floor in
      let left = time - call
      guard left > floor else { return time }
      return call + Swift.max(floor, 0) + pause.moments(cappedAt: left).first
        - (floor > 0 ? pause.moments(cappedAt: floor).first : 0)
    }
  }

  /// E G.
  package var mean: Double { meanMin(.infinity) }

  private func sum(_ part: (_ latency: Double, _ floor: Double) -> Double) -> Double {
    latency.reduce(0.0) { sum, call in
      floors.reduce(sum) { $0 + call.chance * $1.chance * part(call.value, $1.value) }
    }
  }
}
