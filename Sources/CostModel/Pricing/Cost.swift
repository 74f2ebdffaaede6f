/// What one attempt costs. Each component was rounded once, half to even, to a picodollar.
@frozen
public struct Cost: Hashable, Sendable {
  /// All input, cached and written tokens.
  public var input: Money
  /// Output, reasoning and output audio tokens.
  public var output: Money
  /// Audio by time, calls, images, searches, fixed prices.
  public var other: Money

  @inlinable
  public init(input: Money = .zero, output: Money = .zero, other: Money = .zero) {
    self.input = input
    self.output = output
    self.other = other
  }

  public static let zero = Cost()

  @inlinable
  public var total: Money { input + output + other }
}

/// Why a usage has no price.
public enum PricingError: Error, Hashable, Sendable {
  /// The model has no price for that dimension (or none at all) at that time; never $0.
  case unpriced(BillingDimension)
  case negativeQuantity(BillingDimension)
  /// The parts of the input (cached, audio, image tokens) exceed the whole.
  case moreCachedThanInput
  /// The parts of the output (reasoning, audio, image tokens) exceed the whole.
  case moreReasoningThanOutput
}
