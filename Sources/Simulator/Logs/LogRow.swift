import CostModel

/// A record in canonical columns, before and after the rules of reading.
struct LogRow {
  /// Why a record is no row of the result.
  enum Reason: String, CaseIterable {
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
    var words: String { rawValue.replacing("_", with: " ") }
    /// Whether the record is wrong, and counted against `--skip-bad-rows`.
    var isBad: Bool { self == .malformed || self == .unit || self == .unknownUsage }
  }
  struct Problem: Error {
    var reason: Reason
    /// As the file calls it.
    var column: String
    var value: String
    var message: String
  }
  /// Whether it is a call by its own word.
  enum Calling { case yes, no, perhaps }
  enum Billing: String, CaseIterable {
    case billed, partial
    case cacheHit = "cache_hit"
    case failed
    case noUsage = "no_usage"
    case unpriced
  }
  /// Which tier of context a bucket says that its calls had.
  enum Window: String { case base, upper }

  var file = 0
  var record = 0
  var key = ""
  var identity: String?
  var parent: String?
  var twin: String?
  var isEvent = false
  var calling = Calling.yes
  var problem: Problem?

  /// Microseconds.
  var time: Int64?
  var end: Int64?
  var newest: Int64 = .min
  var account: String?
  var session: String?
  var prompt: String?
  var names: [String] = []
  var asked: String?
  var seller: String?
  var batch = false
  var tier: String?
  var region: String?
  var window: Window?
  var project: String?
  /// nil: not told.
  var calls: Int64? = 1
  /// By place of `LogQuantity`; −1: not told.
  var quantities = [Int64](repeating: -1, count: LogQuantity.allCases.count)
  var hasFailed = false
  /// The word by which it failed, if nobody knows what that means.
  var unknownStatus: String?
  var isCacheHit = false
  var streamed = false
  /// Microseconds.
  var latency: Int64?
  /// Picodollars.
  var logged: Int128?
  /// Routing attributes and other columns, by name.
  var others: [String: String] = [:]
  var notes = Notes()
  var charge: Charge?

  // What the rules find.
  var model: ModelID?
  var modelName = ""
  var provider: String?
  var statedBilling: Billing?
  var billing = Billing.billed
  var cost: MoneySum?
  var costHigh: MoneySum?

  subscript(quantity: LogQuantity) -> Int64 {
    get { quantities[quantity.place] }
    set { quantities[quantity.place] = newValue }
  }

  /// 0 where not told.
  func count(_ quantity: LogQuantity) -> Int64 { max(0, self[quantity]) }

  /// Of input and output.
  var tokens: Int64 { count(.inputTokens) + count(.outputTokens) }
  var hasUsage: Bool { quantities.contains { $0 > 0 } }
  var kindsTold: Int { quantities.count { $0 > 0 } }

  /// How the row was read, for the account.
  struct Notes {
    enum Why: String { case format, provider, name, total, impossible }
    var cached: (part: LogShape.Part, why: Why)?
    var reasoning: (part: LogShape.Part, why: Why)?
    /// Written tokens whose life is not told.
    var untoldLife: Int64 = 0
    var total: (told: Int64, parts: Int64)?
    var unknown: [(key: String, amount: Int64)] = []
    var hasNoTimeOfDay = false
    var isEndOnly = false
  }

  struct Charge {
    var kind = ""
    var category = "usage"
    var quantity: ExactDecimal?
    var amount = ExactDecimal(digits: 0, places: 0)
    var currency = ""
    var amountUSD: ExactDecimal?
    var product = ""
    var isOfOtherService = false
  }
}
