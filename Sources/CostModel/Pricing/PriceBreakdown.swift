/// How a price comes about, component by component, for explanations.
public struct PriceBreakdown: Hashable, Sendable {
  /// One dimension's share: quantity × rate, rounded once.
  public struct Component: Hashable, Sendable {
    public var dimension: BillingDimension
    /// Tokens, microseconds of audio or video, pieces or calls, as the sheet's steps bill them.
    public var quantity: Int64
    /// Every overlay and multiplier applied, in lowest terms.
    public var rate: Rate
    public var amount: Money

    /// What some of its units, not more than there are, cost by themselves, rounded once.
    public func amount(of part: Int64) -> Money {
      guard let amount = CompiledRate(rate).amount(of: part) else {
        preconditionFailure("a part costs no more than the whole, which has been priced")
      }
      return Money(picodollars: amount)
    }

    /// Whether nothing had to be rounded.
    public var isExact: Bool {
      Int128(quantity) * Int128(rate.picodollars) % Int128(rate.per) == 0
    }
  }

  /// What was used and has a price of its own or a parent's; together they are the cost.
  public internal(set) var components: [Component] = []
  /// The price sheet's place in the model's `prices`.
  public let sheet: Int
  /// The smallest total input, in tokens, of the context tier that priced the call; nil: none was
  /// reached.
  public let contextTier: Int64?
  /// Which of the sheet's times of day the arrival lies in, from 0; nil: none.
  public let timeOfDay: Int?

  /// The sums of the components.
  public var cost: Cost {
    var cost = Cost.zero
    for component in components {
      switch component.dimension.part {
      case .input: cost.input = cost.input + component.amount
      case .output: cost.output = cost.output + component.amount
      case .other: cost.other = cost.other + component.amount
      }
    }
    return cost
  }
}

extension BillingDimension {
  fileprivate enum Part { case input, output, other }

  fileprivate var part: Part {
    switch self {
    case .inputTokens, .cacheReadTokens, .cacheWriteTokens, .cacheWriteLongTokens,
      .inputAudioTokens, .inputImageTokens:
      .input
    case .outputTokens, .reasoningTokens, .outputAudioTokens, .outputImageTokens: .output
    case .audioSeconds, .videoSeconds, .characters, .images, .pages, .searches, .documents,
      .calls:
      .other
    }
  }
}
