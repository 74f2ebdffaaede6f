import CostModel

/// A month's bill of requests that are all alike, a stated share of which a small model answers and
/// the rest a large one: the documents' `estimateMonthlyCost`, at the prices of a catalog and exact.
struct RouterEstimate: Sendable {
  /// What is asked: everything that the bill depends on beside prices.
  struct Inputs: Hashable, Sendable {
    var requestsPerDay: Int64
    var inputTokens: Int64
    var outputTokens: Int64
    /// Share of the requests that the small model answers, 0 to 1.
    var miniShare: ExactDecimal
  }

  var inputs: Inputs
  var days: Int64
  var mini: Model
  var full: Model
  /// Of one request.
  var miniPrice: Money
  var fullPrice: Money

  /// - Throws: `PricingError` if one of the models has no price for a request's tokens.
  init(_ inputs: Inputs, days: Int64, mini: Model, full: Model) throws(PricingError) {
    (self.inputs, self.days, self.mini, self.full) = (inputs, days, mini, full)
    var usage = Usage()
    usage.inputTokens = inputs.inputTokens
    usage.outputTokens = inputs.outputTokens
    usage.calls = 1
    miniPrice = try Self.price(usage, mini)
    fullPrice = try Self.price(usage, full)
  }

  private static func price(_ usage: Usage, _ model: Model) throws(PricingError) -> Money {
    // Prices that hold from now on, however far in the future they begin.
    let time = model.prices.map(\.effectiveFrom).max() ?? SimTime(microseconds: 0)
    return try Pricer(model).cost(of: usage, at: time).total
  }

  var requests: Int64 { inputs.requestsPerDay * days }

  /// Rounded once, half to even, to a picodollar.
  var miniCost: MoneySum { cost(miniPrice, share: inputs.miniShare.digits) }
  var fullCost: MoneySum { cost(fullPrice, share: scale - inputs.miniShare.digits) }
  var total: MoneySum { miniCost + fullCost }
  /// What the same requests cost if the large model answers all of them.
  var allFull: MoneySum { cost(fullPrice, share: scale) }
  /// Negative where the small model is the dearer one.
  var saving: MoneySum { allFull - total }

  private var scale: Int128 {
    (0..<inputs.miniShare.places).reduce(Int128(1)) { result, _ in result * 10 }
  }

  private func cost(_ price: Money, share: Int128) -> MoneySum {
    let exact = UInt128(price.picodollars.magnitude) * UInt128(requests) * UInt128(share)
    return MoneySum(picodollars: Int128(exact.dividedHalfToEven(by: UInt128(scale))))
  }
}

/// A published estimate, with the inputs that it is of.
struct PublishedEstimate: Sendable {
  var source: String
  var inputs: RouterEstimate.Inputs
  var miniCost: MoneySum
  var fullCost: MoneySum
  var total: MoneySum
  var saving: MoneySum
  /// What its figures rest on, in words.
  var assumes: String
}
