import CostModel

/// So many dollars' millionths for a million tokens, which is as many picodollars a token.
func perMillion(microdollars: Int64) -> Rate {
  Rate(picodollars: microdollars * 1_000_000, per: 1_000_000)
}

extension Rate {
  /// Dollars with at most two decimals, in cents, for an hour of audio.
  static func hour(cents: Int64) -> Rate {
    Rate(picodollars: cents * 10_000_000_000, per: 3_600_000_000)
  }
}

func model(_ edit: (inout PriceSheet) -> Void) -> Model {
  var model = Model(name: "m", provider: "p")
  var sheet = PriceSheet()
  edit(&sheet)
  model.prices = [sheet]
  return model
}

func tokens(in input: Int64 = 0, out output: Int64 = 0) -> Usage {
  var usage = Usage()
  usage.inputTokens = input
  usage.outputTokens = output
  usage.calls = 1
  return usage
}

/// Prices in microdollars per million tokens, which are picodollars a token.
func rates(input: Int64, output: Int64) -> Rates {
  var rates = Rates()
  rates[.inputTokens] = perMillion(microdollars: input)
  rates[.outputTokens] = perMillion(microdollars: output)
  return rates
}

/// The documents' token prices (docs/domain.md, §1).
enum DocumentModels {
  static let v3 = model { $0.rates = rates(input: 1_140_000, output: 4_560_000) }
  static let r1 = model { $0.rates = rates(input: 1_350_000, output: 5_400_000) }
  static let phi4 = model { $0.rates = rates(input: 400_000, output: 400_000) }
  static let mini = model { $0.rates = rates(input: 150_000, output: 600_000) }
  static let full = model { $0.rates = rates(input: 2_500_000, output: 10_000_000) }
  static let speechBatch = model { $0.rates[.audioSeconds] = .hour(cents: 18) }
  static let speechRealTime = model { $0.rates[.audioSeconds] = .hour(cents: 250) }
}

/// The exact price in dollars.
func dollars(_ model: Model, _ usage: Usage, calls: Int128 = 1) throws(PricingError) -> String {
  let cost = try Pricer(model).cost(of: usage, at: .epoch)
  return MoneySum(picodollars: Int128(cost.total.picodollars) * calls).exactDecimal
}

func audio(_ length: SimDuration) -> Usage {
  var usage = Usage()
  usage.audioMicroseconds = length.microseconds
  usage.calls = 1
  return usage
}
