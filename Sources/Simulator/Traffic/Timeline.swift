import CostModel

/// The integral of a traffic profile over a period: operational time, in months.
///
/// Each budget month of the period adds exactly 1, whatever its length, so that a monthly volume
/// V makes V calls a month; local hours and weekdays weigh as the profile says, a repeated hour
/// twice and a skipped one not at all. Surges come on top.
struct Timeline: Sendable {
  struct Segment: Hashable, Sendable {
    var start: Int64
    var end: Int64
    /// Operational time at `start`.
    var operational: Double
    /// Operational time a microsecond.
    var slope: Double
  }

  let segments: FixedTable<Segment>
  private let guide: FixedTable<Int32>
  private let guideScale: Double
  /// Months in all, and what surges add.
  let length: Double
  /// False if the profile gives no hour of the whole period any weight.
  var hasTraffic: Bool { segments.count > 0 }

  init(period: Period, profile: TrafficProfile) {
    var segments: [Segment] = []
    var surplus = 0.0
    for (index, month) in period.months.enumerated() {
      let pieces = Self.localHours(of: month, in: period, profile: profile)
      let total = pieces.reduce(0.0) { $0 + $1.slope * Double($1.end - $1.start) }
      var sum = 0.0
      for var piece in pieces {
        let share = piece.slope * Double(piece.end - piece.start) / total
        let surge = profile.surges.factor(at: piece.start)
        piece.slope = piece.slope * surge / total
        piece.operational = Double(index) + sum + surplus
        sum += share
        surplus += share * (surge - 1)
        if surge > 0 { segments.append(piece) }
      }
    }
    length = Double(period.months.count) + surplus
    // Fine enough that the search after it rarely takes a step, while that is small.
    let cells = max(segments.count * 2, min(segments.count * 16, 1 << 16))
    guideScale = Double(cells) / length
    var table: [Int32] = []
    table.reserveCapacity(cells + 1)
    var at = 0
    for cell in 0...cells {
      let x = Double(cell) / guideScale
      while at + 1 < segments.count, segments[at + 1].operational <= x { at += 1 }
      table.append(Int32(at))
    }
    guide = FixedTable(table)
    self.segments = FixedTable(segments)
  }

  /// The month cut at local hours and offset changes, weighted (in `slope`) by the profile;
  /// hours without traffic are left out.
  private static func localHours(
    of month: Period.Span, in period: Period, profile: TrafficProfile
  ) -> [Segment] {
    let hour = SimDuration.hour.microseconds
    var result: [Segment] = []
    var t = month.start.microseconds
    while t < month.end.microseconds {
      let offset = Int64(period.offset(at: SimTime(microseconds: t))) * 1_000_000
      let local = t + offset
      let hourNumber = local >= 0 ? local / hour : (local - hour + 1) / hour
      var end = min((hourNumber + 1) * hour - offset, month.end.microseconds)
      for change in period.offsets.dropFirst()
      where change.from.microseconds > t && change.from.microseconds < end {
        end = change.from.microseconds
      }
      for edge in profile.surges.flatMap({ [$0.from.microseconds, $0.to.microseconds] })
      where edge > t && edge < end { end = edge }
      let day = hourNumber >= 0 ? hourNumber / 24 : (hourNumber - 23) / 24
      let weekday = CivilDate(daysSinceEpoch: Int(day)).weekday
      let weight = profile.hours[Int(hourNumber - day * 24)] * profile.weekdays[weekday]
      if weight > 0 { result.append(Segment(start: t, end: end, operational: 0, slope: weight)) }
      t = end
    }
    return result
  }

  /// Operational time passed at a moment: 0 at the start, `length` at the end.
  func operational(at time: SimTime) -> Double {
    let t = time.microseconds
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].start <= t { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    let s = segments[low - 1]
    return s.operational + Double(min(t, s.end) - s.start) * s.slope
  }

  /// The moments, cut to the microsecond, at which operational time reaches x ≥ 0; `Int64.max` from
  /// `length` on.
  /// - Parameters:
  ///   - positions: `count` values of x, each times `scale`.
  @inline(__always)
  func times(
    at positions: UnsafePointer<Double>, scale: Double, count: Int,
    into times: UnsafeMutablePointer<Int64>
  ) {
    let (segments, guide) = (segments.pointer(to: 0), guide.pointer(to: 0))
    let last = self.segments.count &- 1
    let (length, guideScale) = (length, guideScale)
    for n in 0..<count {
      let x = positions[n] / scale
      guard x < length else {
        times[n] = .max
        continue
      }
      var i = Int(guide[ExactMath.floor(x * guideScale)])
      while i < last, segments[i &+ 1].operational <= x { i &+= 1 }
      let s = segments + i
      // Rounding may have led to the segment after x.
      let passed = max(0, (x - s.pointee.operational) / s.pointee.slope)
      times[n] = min(s.pointee.start &+ Int64(ExactMath.floor(passed)), s.pointee.end &- 1)
    }
  }
}

extension [Surge] {
  fileprivate func factor(at time: Int64) -> Double {
    reduce(1) { factor, surge in
      surge.from.microseconds <= time && time < surge.to.microseconds
        ? factor * surge.factor : factor
    }
  }
}
