import Support

/// A published number that is right but for its unit: a price per call that is one per 1,000 calls.
package struct UnitSlip: Hashable, Sendable {
  /// Published is about this many times the recomputed number, or that many times less.
  package var factor: Int64
  package var isTooMuch: Bool
  /// The unit that was probably taken for another, in words.
  package var words: String

  /// Recognises a slip by how many times too much (or too little) is published; nil if no known
  /// factor explains it to within `tolerance`.
  package init?(published: Double, recomputed: Double, unit: ClaimUnit, tolerance: Double) {
    guard published > 0, recomputed > 0 else { return nil }
    let ratio = max(published / recomputed, recomputed / published)
    let known = Self.known(unit).first { candidate in
      (ratio / Double(candidate.factor) - 1).magnitude <= tolerance
    }
    guard let known else { return nil }
    factor = known.factor
    isTooMuch = published > recomputed
    words = isTooMuch ? known.tooMuch : known.tooLittle
  }

  private struct Known {
    var factor: Int64
    var tooMuch: String
    var tooLittle: String
  }

  /// The factors that may be mixed up in such a unit, the commonest first.
  private static func known(_ unit: ClaimUnit) -> [Known] {
    let one = unit.kind.countedPer.first ?? "unit"
    let what = unit.isMoney ? "price" : "figure"
    var result = [1_000, 1_000_000].map { (factor: Int64) -> Known in
      let many = InputLog.grouped(factor)
      return Known(
        factor: factor, tooMuch: "a \(what) per \(many) taken for one per \(one)",
        tooLittle: "a \(what) per \(one) taken for one per \(many)")
    }
    if unit.isPercent || unit.isMoney {
      let (small, large) = unit.isMoney ? ("cents", "dollars") : ("a fraction", "a percentage")
      result.append(
        Known(
          factor: 100, tooMuch: "\(small) taken for \(large)",
          tooLittle: "\(large) taken for \(small)"))
    }
    if unit.kind.has(ClaimUnit.month) {
      result.append(
        Known(
          factor: 12, tooMuch: "a year taken for a month", tooLittle: "a month taken for a year"))
    }
    if unit.kind.isRate {
      result.append(
        Known(
          factor: 30, tooMuch: "a month taken for a day", tooLittle: "a day taken for a month"))
    }
    if unit.kind.has(ClaimUnit.second) {
      result += [(60, "minutes", "seconds"), (3_600, "hours", "seconds"), (24, "days", "hours")].map
      {
        Known(factor: $0, tooMuch: "\($1) taken for \($2)", tooLittle: "\($2) taken for \($1)")
      }
    }
    return result
  }
}
