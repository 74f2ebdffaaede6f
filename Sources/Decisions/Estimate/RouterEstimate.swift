import CostModel
import Support

/// A month's bill of requests that are all alike, a stated share of which a small model answers and
/// the rest a large one: the documents' `estimateMonthlyCost`, at the prices of a catalog and exact.
package struct RouterEstimate: Sendable {
  /// What is asked: everything that the bill depends on beside prices.
  package struct Inputs: Hashable, Sendable {
    package var requestsPerDay: Int64
    package var inputTokens: Int64
    package var outputTokens: Int64
    /// Share of the requests that the small model answers, 0 to 1.
    package var miniShare: ExactDecimal

    package init(
      requestsPerDay: Int64, inputTokens: Int64, outputTokens: Int64, miniShare: ExactDecimal
    ) {
      self.requestsPerDay = requestsPerDay
      self.inputTokens = inputTokens
      self.outputTokens = outputTokens
      self.miniShare = miniShare
    }
  }

  package var inputs: Inputs
  package var days: Int64
  package var mini: Model
  package var full: Model
  /// The price of one request to the small model.
  package var miniPrice: Money
  package var fullPrice: Money

  /// - Throws: `PricingError` if one of the models has no price for a request's tokens.
  package init(_ inputs: Inputs, days: Int64, mini: Model, full: Model) throws(PricingError) {
    (self.inputs, self.days, self.mini, self.full) = (inputs, days, mini, full)
    miniPrice = try Self.price(inputs, mini)
    fullPrice = try Self.price(inputs, full)
  }

  /// Whether a request is longer than the model's context window, so that it takes none, or cuts it.
  package func isTooLong(for model: Model) -> Bool {
    model.contextWindow.map { inputs.inputTokens + inputs.outputTokens > $0 } ?? false
  }

  /// Whether the model takes no such request.
  package func isRefused(by model: Model) -> Bool {
    isTooLong(for: model)
      && (model.overWindow == .refuse || inputs.outputTokens > model.contextWindow ?? 0)
  }

  private static func price(_ inputs: Inputs, _ model: Model) throws(PricingError) -> Money {
    var usage = Usage()
    usage.inputTokens = inputs.inputTokens
    if model.overWindow == .truncate, let window = model.contextWindow {
      usage.inputTokens = max(0, min(inputs.inputTokens, window - inputs.outputTokens))
    }
    usage.outputTokens = inputs.outputTokens
    usage.calls = 1
    // Prices that hold from now on, however far in the future they begin.
    let time = model.prices.map(\.effectiveFrom).max() ?? SimTime(microseconds: 0)
    return try Pricer(model).cost(of: usage, at: time).total
  }

  package var requests: Int64 { inputs.requestsPerDay * days }

  /// Rounded once, half to even, to a picodollar.
  package var miniCost: MoneySum { cost(miniPrice, share: inputs.miniShare.digits) }
  package var fullCost: MoneySum { cost(fullPrice, share: scale - inputs.miniShare.digits) }
  package var total: MoneySum { miniCost + fullCost }
  /// The bill of the same requests if the large model answers all of them.
  package var allFull: MoneySum { cost(fullPrice, share: scale) }
  /// Negative where the small model is the dearer one.
  package var saving: MoneySum { allFull - total }

  private var scale: Int128 {
    (0..<inputs.miniShare.places).reduce(Int128(1)) { result, _ in result * 10 }
  }

  private func cost(_ price: Money, share: Int128) -> MoneySum {
    let exact = UInt128(price.picodollars.magnitude) * UInt128(requests) * UInt128(share)
    return MoneySum(picodollars: Int128(exact.dividedHalfToEven(by: UInt128(scale))))
  }
}

/// A published estimate, with the inputs that it is of.
package struct PublishedEstimate: Sendable {
  package var source: String
  package var inputs: RouterEstimate.Inputs
  /// Of the month that it is of.
  package var days: Int64
  package var miniCost: MoneySum
  package var fullCost: MoneySum
  package var total: MoneySum
  package var saving: MoneySum
  /// The assumptions that its figures rest on, in words.
  package var assumes: String
}
