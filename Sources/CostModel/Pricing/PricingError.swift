/// Why a usage has no price. Never reported as $0.
public enum PricingError: Error, Hashable, Sendable {
  /// No price sheet holds at the call's arrival.
  case noPrices
  /// The sheet prices neither this dimension nor its parents.
  case unpriced(BillingDimension)
  case negativeQuantity(BillingDimension)
  /// Tokens read from and written to the cache exceed the total input.
  case moreCachedThanInput
  /// Audio and image tokens exceed the total input.
  case moreMediaThanInput
  /// Reasoning, audio and image tokens exceed the total output.
  case moreReasoningThanOutput
  /// More than `Money` can hold.
  case tooLarge
  /// A price and its multipliers do not fit 64 bits in lowest terms.
  case rateOutOfRange(BillingDimension)
}

extension PricingError: CustomStringConvertible {
  /// Whether a price is missing.
  public var isUnpriced: Bool {
    switch self {
    case .noPrices, .unpriced: true
    default: false
    }
  }

  /// What is wrong, for people; the caller names the model and the place.
  public var description: String {
    switch self {
    case .noPrices: "no price is effective at that time"
    case .unpriced(let dimension): "no price for \(dimension.label)"
    case .negativeQuantity(let dimension): "negative quantity of \(dimension.label)"
    case .moreCachedThanInput: "more cached tokens than input tokens"
    case .moreMediaThanInput: "more audio and image tokens than input tokens"
    case .moreReasoningThanOutput: "more reasoning, audio and image tokens than output tokens"
    case .tooLarge: "it costs more than \(Money.limitText), the most that one call can cost"
    case .rateOutOfRange(let dimension): "the price for \(dimension.label) has too many digits"
    }
  }
}
