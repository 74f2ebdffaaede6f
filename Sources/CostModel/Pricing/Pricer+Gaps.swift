extension Pricer {
  /// What is unpriced, of the dimensions that calls arriving in `from ..< to` may use; empty if
  /// all of them are priced all the time, in every context tier and at every time of day.
  public func gaps(
    pricing dimensions: [BillingDimension], from: SimTime, to: SimTime
  ) -> [PricingGap] {
    guard from < to else { return [] }
    guard let first = sheets.first else { return [PricingGap(dimension: nil, from: from, to: to)] }
    var result: [PricingGap] = []
    if from < first.from {
      result.append(PricingGap(dimension: nil, from: from, to: min(to, first.from)))
    }
    for index in sheets.indices {
      let isLast = index == sheets.count - 1
      let start = max(from, sheets[index].from)
      let end = isLast ? to : min(to, sheets[index + 1].from)
      guard start < end else { continue }
      let cards = (sheets[index].tiers.count + 1) * (sheets[index].timesOfDay.count + 1)
      for dimension in dimensions where !isPriced(dimension, sheet: index, cards: cards) {
        result.append(PricingGap(dimension: dimension, from: start, to: end))
      }
    }
    return result
  }

  /// Throws what is wrong with a usage's price at some time in `from ..< to`: that it is too large,
  /// above all. Times without any price are left to `gaps`.
  public func check(_ usage: Usage, from: SimTime, to: SimTime) throws(PricingError) {
    let parts = try UsageParts(usage)
    for index in sheets.indices {
      let end = index == sheets.count - 1 ? to : min(to, sheets[index + 1].from)
      guard max(from, sheets[index].from) < end else { continue }
      let first = firstCard(sheet: index, input: usage.inputTokens)
      for time in 0...sheets[index].timesOfDay.count {
        _ = try cost(of: usage, parts, sheet: index, base: first + time * dimensions)
      }
    }
  }

  private func isPriced(_ stated: BillingDimension, sheet: Int, cards: Int) -> Bool {
    let dimension =
      stated == .documents && sheets[sheet].steps.documents > 0 ? .searches : stated
    return (0..<cards).allSatisfy { card in
      let base = sheets[sheet].firstRate + card * dimensions
      return rates[base + dimension.rawValue].isPriced
    }
  }
}
