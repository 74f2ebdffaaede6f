extension Pricer {
  /// The components of `cost(of:at:)`, which throws the same errors. Not for the hot path.
  public func breakdown(of usage: Usage, at t: SimTime) throws(PricingError) -> PriceBreakdown {
    _ = try cost(of: usage, at: t)
    let parts = try UsageParts(usage)
    let index = sheetIndex(at: t)
    let sheet = sheets[index]
    let base = firstRate(sheet: index, input: usage.inputTokens, at: t)
    let card = (base - sheet.firstRate) / dimensions
    let (tier, time) = card.quotientAndRemainder(dividingBy: sheet.timesOfDay.count + 1)
    var result = PriceBreakdown(
      sheet: index, contextTier: tier > 0 ? tierInputs[sheet.tiers.lowerBound + tier - 1] : nil,
      timeOfDay: time > 0 ? time - 1 : nil)
    let billed = sheet.steps.billed(usage)
    for dimension in BillingDimension.allCases {
      let quantity = parts.quantity(of: dimension, billed)
      let rate = rates[base + dimension.rawValue]
      // Nothing is due for a call as such, unless its price is stated.
      guard quantity > 0, dimension != .calls || rate != .free else { continue }
      result.components.append(
        PriceBreakdown.Component(
          dimension: dimension, quantity: quantity,
          rate: Rate(picodollars: rate.numerator, per: rate.denominator),
          amount: Money(picodollars: try amount(dimension, quantity, base))))
    }
    return result
  }
}

extension UsageParts {
  /// What is billed of a dimension, where totals leave out what is billed separately.
  fileprivate func quantity(
    of dimension: BillingDimension, _ usage: Usage
  ) -> Int64 {
    switch dimension {
    case .inputTokens: text
    case .outputTokens: visible
    case .inputAudioTokens: audio
    case .inputImageTokens: images
    default: usage[dimension]
    }
  }
}
