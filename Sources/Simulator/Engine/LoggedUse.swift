import CostModel
import Scenarios
import Support

/// What a log's answered requests were billed for, by target: which dimensions any of them used, and
/// how many used nothing at all, so that nothing but a price of the call as such is due.
package struct LoggedUse: Sendable {
  /// Requests without any use.
  package struct Empty: Hashable, Sendable {
    package var calls: Int64 = 0
    /// The log's data row of the first one, from 1.
    package var firstRow: Int64 = 0

    package init(calls: Int64 = 0, firstRow: Int64 = 0) {
      self.calls = calls
      self.firstRow = firstRow
    }
  }

  /// Sets of dimensions, as bits.
  package var used: [UInt32] = []
  package var empty: [Empty] = []
  /// Answered requests of which the log says how they were billed.
  package var told: [ToldBilling: Int64] = [:]

  package struct ToldBilling: Hashable, Sendable {
    package var variant: BillingVariant
    package var target: Int
  }

  package init() {}

  /// Dimensions that a request of the target used.
  package func dimensions(_ target: Int) -> [BillingDimension] {
    guard target < used.count else { return [] }
    return BillingDimension.allCases.filter { used[target] & Self.bit($0) != 0 }
  }

  package func empty(_ target: Int) -> Empty { target < empty.count ? empty[target] : Empty() }

  /// An answered request's use.
  @inline(never)
  package mutating func add(_ usage: Usage, row: Int64, target: Int) {
    reach(target)
    for dimension in BillingDimension.allCases where usage[dimension] > 0 {
      used[target] |= Self.bit(dimension)
    }
    if usage.isNothing { addEmpty(row: row, target: target) }
  }

  /// Requests of plain input and output, some of which may have had none.
  package mutating func add(input: Int64, output: Int64, target: Int) {
    reach(target)
    used[target] |= Self.bit(.calls)
    if input > 0 { used[target] |= Self.bit(.inputTokens) }
    if output > 0 { used[target] |= Self.bit(.outputTokens) }
  }

  /// - Parameter variant: How the log says that they were billed; nil: it does not.
  @inline(__always)
  package mutating func addBilling(_ variant: BillingVariant?, _ calls: Int64, target: Int) {
    guard let variant else { return }
    told[ToldBilling(variant: variant, target: target), default: 0] += calls
  }

  @inline(never)
  package mutating func addEmpty(row: Int64, target: Int) {
    reach(target)
    let first = empty[target].firstRow
    empty[target].firstRow = first == 0 ? row : min(first, row)
    empty[target].calls += 1
  }

  private mutating func reach(_ target: Int) {
    while used.count <= target {
      used.append(0)
      empty.append(Empty())
    }
  }

  private static func bit(_ dimension: BillingDimension) -> UInt32 {
    1 << UInt32(dimension.rawValue)
  }
}

extension LoggedUse {
  /// Requests that cost $0 though their model is not free, because the log tells nothing of them that the
  /// model bills.
  package struct Untold: Hashable, Sendable {
    /// Target.
    package var model: String
    package var requests: Empty
  }

  /// Requests that a log says were billed in a way of which their model lists no price.
  package struct Unlisted: Hashable, Sendable {
    /// Target.
    package var model: String
    /// `batch`, `service tier 'flex' and region 'eu'`.
    package var way: String
    package var calls: Int64
  }

  /// By model, then way.
  package func unlisted(_ compiled: CompiledScenario) -> [Unlisted] {
    var found: [[String]: Int64] = [:]
    for (told, calls) in told {
      let target = compiled.targets[told.target]
      let sheets = compiled.scenario.catalog[target.model].prices
      let ways = LoggedBilling.unlisted(told.variant, in: sheets)
      guard !ways.isEmpty else { continue }
      found[[target.name, HumanFormat.list(ways)], default: 0] += calls
    }
    return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { Unlisted(model: $0.key[0], way: $0.key[1], calls: $0.value) }
  }

  package func untold(_ compiled: CompiledScenario) -> [Untold] {
    compiled.targets.enumerated().compactMap { number, target in
      let found = empty(number)
      guard found.calls > 0, compiled.scenario.catalog[target.model].billsUse else { return nil }
      return Untold(model: target.name, requests: found)
    }
  }

  /// Prices of models that answered which no request of the log used.
  package func unbilled(_ compiled: CompiledScenario) -> [UnbilledPrices] {
    var stated: [ModelID: Set<BillingDimension>] = [:]
    for (number, target) in compiled.targets.enumerated() {
      let used = dimensions(number)
      guard !used.isEmpty else { continue }
      let billing = BillingVariant(region: target.region)
      for sheet in compiled.scenario.catalog[target.model].prices {
        stated[target.model, default: []].formUnion(
          used.compactMap { sheet.stated(for: $0, on: billing) })
      }
    }
    return UnbilledPrices.all(in: compiled.scenario.catalog, used: stated)
  }
}

extension Model {
  /// Whether all that a call costs depends on what it uses, and is not $0: nothing is due for a call as
  /// such, or by the month.
  package var billsUse: Bool {
    !prices.contains { $0.hasFixedPrice || $0.statedDimensions.contains(.calls) }
      && prices.contains { sheet in
        sheet.statedDimensions.contains { (sheet.rate($0)?.picodollars ?? 1) > 0 }
      }
  }
}

extension Usage {
  /// Whether nothing but a call as such was used.
  package var isNothing: Bool {
    !BillingDimension.allCases.contains { $0 != .calls && self[$0] != 0 }
  }
}
