/// The prices that hold for one input size while tier, batch, service tier, region and time of day
/// are applied one after the other (docs/semantics.md, "Price of an attempt").
struct EffectiveRates {
  /// What a tier or change states itself, by dimension.
  struct Statement {
    var rate: ExactRate?
    var share: Factor?
  }

  private var own: [ExactRate?] = Array(repeating: nil, count: BillingDimension.allCases.count)

  /// The sheet's ordinary prices of calls of that total input.
  init(_ sheet: PriceSheet, input: Int64) {
    apply { Statement(sheet.rates, $0) }
    if let tier = sheet.contextTiers.reached(by: input) { apply { Statement(tier.rates, $0) } }
  }

  /// Its own price, else its parent's.
  func price(_ dimension: BillingDimension) -> ExactRate? {
    own[dimension.rawValue] ?? dimension.parent.flatMap(price)
  }

  func states(_ dimension: BillingDimension) -> Bool { own[dimension.rawValue] != nil }

  /// Puts what is stated in place; what is not follows its parent's price, in its ratio to it.
  mutating func apply(_ stated: (BillingDimension) -> Statement) {
    let before = self
    // A parent comes before its children.
    for dimension in BillingDimension.allCases {
      let statement = stated(dimension)
      guard statement.rate == nil else {
        own[dimension.rawValue] = statement.rate
        continue
      }
      guard let parent = dimension.parent else { continue }
      if let share = statement.share {
        own[dimension.rawValue] = price(parent)?
          .times(Int128(share.numerator), Int128(share.denominator))
      } else {
        own[dimension.rawValue] = own[dimension.rawValue]?
          .following(from: before.price(parent), to: price(parent))
      }
    }
  }

  /// Applies a change's own prices, its factor aside: where the ordinary price changes with the input
  /// size beyond what the change states, its own price changes in the same ratio.
  mutating func apply(_ change: PriceChange, to sheet: PriceSheet, input: Int64) {
    let here = EffectiveRates(sheet, input: input)
    let base = EffectiveRates(sheet, input: 0)
    let tier = change.contextTiers.reached(by: input)
    let start = tier.map { EffectiveRates(sheet, input: $0.firstInput) }
    apply { dimension in
      var statement = Statement(change.rates, dimension)
      var ordinary = base.price(dimension)
      if let tier, let start, tier.rates.states(dimension) {
        statement = Statement(tier.rates, dimension)
        ordinary = start.price(dimension)
      }
      if let ordinary, ordinary.numerator > 0 {
        statement.rate = statement.rate?.following(from: ordinary, to: here.price(dimension))
      }
      return statement
    }
  }
}

extension EffectiveRates.Statement {
  init(_ rates: Rates, _ dimension: BillingDimension) {
    self.init(rate: rates[dimension].map(ExactRate.init), share: rates.share(of: dimension))
  }
}

extension [ContextTier] {
  /// The last tier that a total input reaches.
  fileprivate func reached(by input: Int64) -> ContextTier? { last { $0.firstInput <= input } }
}
