import CostModel
import Simulator
import Support

/// A record in canonical columns, before and after the rules of reading.
///
/// Not a value: of millions of rows with some forty fields each none is copied.
package final class LogRow {
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
  /// Whether the key begins with the record's number, since nothing names it.
  var hasNumberAsKey = false
  package var identity: RowIdentity?
  package var parent: RowIdentity?
  package var twin: RowIdentity?
  package var isEvent = false
  package var calling = Calling.yes
  package var problem: Problem? {
    get { rareProblem?.value }
    set { rareProblem = newValue.map(Boxed.init) }
  }
  private var rareProblem: Boxed<Problem>?

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
  /// By place of `LogQuantity`, up to the last one that is told; −1: not told.
  package private(set) var quantities: [Int64] = []
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
  package var others: [(name: String, value: String)] = []
  package var notes = Notes()
  package var charge: Charge? {
    get { rareCharge?.value }
    set { rareCharge = newValue.map(Boxed.init) }
  }
  private var rareCharge: Boxed<Charge>?

  /// A large value that few rows have.
  private final class Boxed<Value> {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

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

  package init() {}

  /// Counts the records in front of the piece that it was read from, once.
  func move(by records: Int) {
    record += records
    if hasNumberAsKey { key = String(record) + key }
  }

  /// A row of the same record that another charge is of.
  init(besides row: LogRow) {
    (file, record, key, identity) = (row.file, row.record, row.key, row.identity)
    hasNumberAsKey = row.hasNumberAsKey
    (parent, twin, isEvent, calling) = (row.parent, row.twin, row.isEvent, row.calling)
    (problem, time, end, newest) = (row.problem, row.time, row.end, row.newest)
    (account, session, prompt, names) = (row.account, row.session, row.prompt, row.names)
    (asked, seller, batch, tier) = (row.asked, row.seller, row.batch, row.tier)
    (region, project, calls, quantities) = (row.region, row.project, row.calls, row.quantities)
    (others, notes, charge, model) = (row.others, row.notes, row.charge, row.model)
  }

  package subscript(quantity: LogQuantity) -> Int64 {
    get { quantity.place < quantities.count ? quantities[quantity.place] : -1 }
    set {
      let place = quantity.place
      if place >= quantities.count {
        quantities.reserveCapacity(place + 1)
        quantities += repeatElement(-1, count: place + 1 - quantities.count)
      }
      quantities[place] = newValue
    }
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

/// 128 bits of the texts that together name a record: among a thousand million records two of different
/// texts share them with a probability below 10⁻²⁰.
package struct RowIdentity: Hashable {
  private let low: UInt64
  private let high: UInt64

  package init(_ parts: [String]) {
    var bytes: [UInt8] = []
    for part in parts {
      bytes += part.utf8
      bytes.append(0x1F)
    }
    low = bytes.withUnsafeBufferPointer(ByteKey.hash)
    bytes.append(0x1E)
    high = bytes.withUnsafeBufferPointer(ByteKey.hash)
  }
}
