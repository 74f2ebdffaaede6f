/// Prices of the whole call once its total input, cached included, exceeds a threshold.
public struct ContextTier: Hashable, Sendable {
  /// Tokens.
  public var threshold: Int64
  /// Whether the threshold itself is already in the tier (xAI), not only what exceeds it.
  public var inclusive: Bool
  public var rates: Rates

  public init(threshold: Int64, inclusive: Bool = false, rates: Rates) {
    self.threshold = threshold
    self.inclusive = inclusive
    self.rates = rates
  }

  /// The smallest total input, in tokens, that the tier prices.
  public var firstInput: Int64 {
    inclusive || threshold == .max ? threshold : threshold + 1
  }
}
