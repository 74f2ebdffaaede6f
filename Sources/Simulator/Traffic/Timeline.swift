import CostModel
import Scenarios
import Support

/// The integral of a traffic profile over a period: operational time, in months.
///
/// Each budget month of the period adds exactly 1, whatever its length, so that a monthly volume
/// V makes V calls a month; local hours and weekdays weigh as the profile says, a repeated hour
/// twice and a skipped one not at all. Surges come on top.
package struct Timeline: Sendable {
  package struct Segment: Hashable, Sendable {
    package var start: Int64
    package var end: Int64
    /// Operational time at `start`.
    package var operational: Double
    /// Operational time a microsecond.
    package var slope: Double
  }

  /// A segment as times are looked up in it.
  package struct Piece: Sendable, BitwiseCopyable {
    /// Operational time where the next piece begins.
    package var until: Double
    package var operational: Double
    package var slope: Double
    package var start: Int64
    /// From the start to the last microsecond.
    package var longest: Double
  }

  package let segments: FixedTable<Segment>
  /// The segments, and one after them whose only moment is `Int64.max`.
  package let pieces: FixedTable<Piece>
  /// Months in all, and what surges add.
  package let length: Double
  /// False if the profile gives no hour of the whole period any weight.
  package var hasTraffic: Bool { segments.count > 0 }

  package init(period: Period, profile: TrafficProfile) {
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
    let ends = segments.dropFirst().map(\.operational) + [length]
    var pieces = zip(segments, ends).map { segment, end in
      Piece(
        until: end, operational: segment.operational, slope: segment.slope, start: segment.start,
        longest: Double(segment.end - 1 - segment.start))
    }
    pieces.append(Piece(until: .infinity, operational: 0, slope: 1, start: .max, longest: 0))
    self.pieces = FixedTable(pieces)
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
  package func operational(at time: SimTime) -> Double {
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

  /// The moment, cut to the microsecond, at which operational time reaches x ≥ 0; `Int64.max` from
  /// `length` on.
  /// - Parameter piece: where the search starts, at or before x; then the piece of x.
  @inline(__always)
  package static func time(at x: Double, from piece: inout UnsafePointer<Piece>) -> Int64 {
    while x >= piece.pointee.until { piece += 1 }
    let passed = (x - piece.pointee.operational) / piece.pointee.slope
    let longest = piece.pointee.longest
    return piece.pointee.start &+ Int64(ExactMath.floor(passed < longest ? passed : longest))
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
