extension PriceSheet {
  /// The sheet with every price multiplied (a negotiated discount); nil if one then does not fit 64
  /// bits. A monthly price is rounded to a picodollar, half to even.
  public func scaled(by factor: Factor) -> PriceSheet? {
    var scale = Scale(factor: factor)
    var result = self
    result.rates = scale.rates(rates)
    result.contextTiers = scale.tiers(contextTiers)
    result.batch = batch.map { scale.change($0) }
    result.serviceTiers = serviceTiers.mapValues { scale.change($0) }
    result.regions = regions.mapValues { scale.change($0) }
    result.searchSizes = searchSizes.mapValues { scale.rate($0) }
    result.timesOfDay = timesOfDay.map { time in
      var time = time
      time.change = scale.change(time.change)
      return time
    }
    result.fixedMonthly = fixedMonthly.map { Money(picodollars: scale.amount($0.picodollars)) }
    result.provisioned = provisioned.map {
      ProvisionedCapacity(units: $0.units, rate: scale.rate($0.rate))
    }
    return scale.fits ? result : nil
  }

  private struct Scale {
    let factor: Factor
    private(set) var fits = true

    init(factor: Factor) { self.factor = factor }

    mutating func rate(_ rate: Rate) -> Rate {
      let scaled = CompiledRate(rate).scaled(by: factor)
      guard scaled.isPriced else {
        fits = false
        return rate
      }
      return Rate(picodollars: scaled.numerator, per: scaled.denominator)
    }

    mutating func amount(_ picodollars: Int64) -> Int64 {
      let unit = CompiledRate(Rate(picodollars: 1, per: 1)).scaled(by: factor)
      guard let amount = unit.amount(of: picodollars) else {
        fits = false
        return picodollars
      }
      return amount
    }

    mutating func rates(_ rates: Rates) -> Rates {
      var result = rates
      for dimension in BillingDimension.allCases {
        if let own = rates[dimension] { result[dimension] = rate(own) }
      }
      return result
    }

    mutating func tiers(_ tiers: [ContextTier]) -> [ContextTier] {
      tiers.map { tier in
        var tier = tier
        tier.rates = rates(tier.rates)
        return tier
      }
    }

    mutating func change(_ change: PriceChange) -> PriceChange {
      var result = change
      result.rates = rates(change.rates)
      result.contextTiers = tiers(change.contextTiers)
      return result
    }
  }
}
