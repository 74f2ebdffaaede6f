import CostModel
import Simulator
import Support

/// A record in canonical columns, before and after the rules of reading.
package struct LogRow {
  /// Why a record is no row of the result.
  package enum Reason: String, CaseIterable {
    case superseded, duplicate
    case notACall = "not_a_call"
    case aggregate
    case outerSpan = "outer_span"
    case malformed, unit
    case unknownUsage = "unknown_usage"
    case totalRow = "total_row"
    case otherService = "other_service"
    case emptyBucket = "empty_bucket"
    case unpriced

    /// In the account of a reading.
    package var words: String { rawValue.replacing("_", with: " ") }
    /// Whether the record is wrong, and counted against `--skip-bad-rows`.
    package var isBad: Bool { self == .malformed || self == .unit || self == .unknownUsage }
  }
  package struct Problem: Error {
    package var reason: Reason
    /// As the file calls it.
    package var column: String
    package var value: String
    package var message: String
  }
  /// Whether it is a call by its own word.
  package enum Calling { case yes, no, perhaps }
  package enum Billing: String, CaseIterable {
    case billed, partial
    case cacheHit = "cache_hit"
    case failed
    case noUsage = "no_usage"
    case unpriced
  }
  /// Which tier of context a bucket says that its calls had.
  package enum Window: String { case base, upper }

  package var file = 0
  package var record = 0
  package var key = ""
  package var identity: String?
  package var parent: String?
  package var twin: String?
  package var isEvent = false
  package var calling = Calling.yes
  package var problem: Problem?

  /// Microseconds.
  package var time: Int64?
  package var end: Int64?
  package var newest: Int64 = .min
  package var account: String?
  package var session: String?
  package var prompt: String?
  package var names: [String] = []
  package var asked: String?
  package var seller: String?
  package var batch = false
  package var tier: String?
  package var region: String?
  package var window: Window?
  package var project: String?
  /// nil: not told.
  package var calls: Int64? = 1
  /// By place of `LogQuantity`; −1: not told.
  package var quantities = [Int64](repeating: -1, count: LogQuantity.allCases.count)
  package var hasFailed = false
  /// That it took too long is why it failed.
  package var hasTimedOut = false
  /// The word by which it failed, if nobody knows what that means.
  package var unknownStatus: String?
  /// How costsim's own log tells a failure.
  package var failure: String { hasTimedOut ? "timeout" : "failed" }
  package var isCacheHit = false
  package var streamed = false
  /// Microseconds.
  package var latency: Int64?
  /// Picodollars.
  package var logged: Int128?
  /// Routing attributes and other columns, by name.
  package var others: [String: String] = [:]
  package var notes = Notes()
  package var charge: Charge?

  // What the rules find.
  package var model: ModelID?
  package var modelName = ""
  package var provider: String?
  package var statedBilling: Billing?
  package var billing = Billing.billed
  package var cost: MoneySum?
  package var costHigh: MoneySum?
  /// Why the catalog's model cannot price the row.
  package var lacks: PricingError?

  package subscript(quantity: LogQuantity) -> Int64 {
    get { quantities[quantity.place] }
    set { quantities[quantity.place] = newValue }
  }

  /// 0 where not told.
  package func count(_ quantity: LogQuantity) -> Int64 { max(0, self[quantity]) }

  /// Of input and output.
  package var tokens: Int64 { count(.inputTokens) + count(.outputTokens) }
  package var hasUsage: Bool { quantities.contains { $0 > 0 } }
  package var kindsTold: Int { quantities.count { $0 > 0 } }

  /// How the row was read, for the account.
  package struct Notes {
    package enum Why: String { case format, provider, name, total, impossible }
    package var cached: (part: LogShape.Part, why: Why)?
    package var reasoning: (part: LogShape.Part, why: Why)?
    /// Written tokens whose life is not told.
    package var untoldLife: Int64 = 0
    package var total: (told: Int64, parts: Int64)?
    package var unknown: [(key: String, amount: Int64)] = []
    package var hasNoTimeOfDay = false
    package var isEndOnly = false
  }

  package struct Charge {
    package var kind = ""
    package var category = "usage"
    package var quantity: ExactDecimal?
    package var amount = ExactDecimal(digits: 0, places: 0)
    package var currency = ""
    package var amountUSD: ExactDecimal?
    package var product = ""
    package var isOfOtherService = false
  }
}
