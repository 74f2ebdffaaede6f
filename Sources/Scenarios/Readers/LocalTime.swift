import CostModel
import Foundation
import Support

/// The offsets of a time zone over a span, resolved once when a scenario is read; everything
/// after that is arithmetic.
package struct LocalTime: Sendable {
  /// Ascending; the first one holds from the distant past.
  package let offsets: [Period.Offset]

  package static let utc = LocalTime(offsets: [Period.Offset(from: .distantPast, seconds: 0)])

  /// Offsets resolved before.
  package init(offsets: [Period.Offset]) { self.offsets = offsets }

  /// nil if there is no such time zone.
  package init?(timeZone name: String, from: CivilDate, to: CivilDate) {
    guard LocalTime.isKnown(name), let zone = TimeZone(identifier: name) else { return nil }
    let first = Int64(from.daysSinceEpoch - 2) * 86_400
    let last = Int64(to.daysSinceEpoch + 2) * 86_400
    func offset(_ second: Int64) -> Int {
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
    var offsets = [
      Period.Offset(from: SimTime(microseconds: first * 1_000_000), seconds: offset(first))
    ]
    let step: Int64 = 6 * 3_600
    var second = first
    while second < last {
      let next = second + step
      if offset(next) != offset(second) {
        var (before, after) = (second, next)
        while after - before > 1 {
          let middle = (before + after) / 2
          if offset(middle) == offset(before) { before = middle } else { after = middle }
        }
        offsets.append(
          Period.Offset(from: SimTime(microseconds: after * 1_000_000), seconds: offset(after)))
      }
      second = next
    }
    self.offsets = offsets
  }

  /// Foundation also takes abbreviations and offsets, which have no daylight saving time.
  package static func isKnown(_ name: String) -> Bool {
    name == "UTC" || name == "GMT" || TimeZone.knownTimeZoneIdentifiers.contains(name)
      || (name.contains("/") && TimeZone(identifier: name) != nil)
  }

  /// The first moment of a local time of day on a date; the end of the gap if clocks skip it.
  package func moment(_ date: CivilDate, _ timeOfDay: SimDuration = .zero) -> SimTime {
    let local = Int64(date.daysSinceEpoch) * 86_400_000_000 + timeOfDay.microseconds
    for (index, offset) in offsets.enumerated() {
      let moment = SimTime(microseconds: local - Int64(offset.seconds) * 1_000_000)
      if index > 0, moment < offset.from { return offset.from }
      let isLast = index + 1 == offsets.count
      if isLast || moment < offsets[index + 1].from { return moment }
    }
    preconditionFailure("the last offset holds for ever")
  }
}
