import CostModel
import Support

/// What the log says that calls cost, against what the catalog says, by model. Evidence, not truth: it
/// changes nothing.
package struct CostContradictions {
  package let rows: [LogRow]
  package let catalog: Catalog?
  package var tolerance = 0.02

  private struct Line {
    var model: String
    var rows: Int
    var logged: MoneySum
    var computed: MoneySum
    var share: Double
    var cause: String
  }

  package var lines: [String] {
    guard catalog != nil else { return [] }
    let both = rows.filter { $0.cost != nil && $0.logged != nil && $0.billing == .billed }
    let found = Dictionary(grouping: both, by: \.modelName).compactMap { line($0.key, $0.value) }
      .sorted { $0.model < $1.model }
    guard !found.isEmpty else { return [] }
    return ["logged cost against the catalog, by model (more than \(percent(tolerance)) apart)"]
      + found.map { line in
        "  \(line.model)  \(HumanFormat.plural(Int64(line.rows), "row"))  logged $\(line.logged.exactDecimal)"
          + "  computed $\(line.computed.exactDecimal)  \(signed(line.share))  \(line.cause)"
      }
  }

  private func percent(_ share: Double) -> String {
    (DecimalText.real(share * 100, places: 0) ?? "") + " %"
  }

  private func signed(_ share: Double) -> String {
    (share < 0 ? "−" : "+") + (DecimalText.real(abs(share) * 100, places: 1) ?? "") + " %"
  }

  private func line(_ model: String, _ rows: [LogRow]) -> Line? {
    let logged = rows.reduce(MoneySum.zero) { $0 + MoneySum(picodollars: $1.logged ?? 0) }
    let computed = rows.reduce(MoneySum.zero) { $0 + ($1.cost ?? .zero) }
    guard logged != computed else { return nil }
    let share =
      logged == .zero ? Double.infinity : (computed.dollars - logged.dollars) / logged.dollars
    guard abs(share) > tolerance else { return nil }
    return Line(
      model: model, rows: rows.count, logged: logged, computed: computed, share: share,
      cause: cause(rows))
  }

  // MARK: Causes

  private static let needed = 0.95
  private static let close = 0.001
  private static let looked = 10_000

  private func cause(_ rows: [LogRow]) -> String {
    let rows = Array(rows.prefix(Self.looked))
    for (name, recomputed) in causes(rows) {
      let explained = rows.count { row in
        guard let cost = recomputed(row) else { return false }
        return Self.isClose(cost, Double(row.logged ?? 0))
      }
      if Double(explained) >= Self.needed * Double(rows.count) {
        return "equals \(name) (\(explained) of \(HumanFormat.plural(Int64(rows.count), "row")))"
      }
    }
    return "not explained"
  }

  private static func isClose(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= Self.close * max(abs(a), abs(b))
  }

  /// In the order in which they are tried.
  private func causes(_ rows: [LogRow]) -> [(String, (LogRow) -> Double?)] {
    guard let catalog else { return [] }
    func cost(
      _ row: LogRow, _ model: ModelID?, _ usage: Usage, _ variant: BillingVariant,
      tier: Int64? = nil
    ) -> Double? {
      guard let model else { return nil }
      let pricer = Pricer(catalog[model], variant: variant)
      let time = SimTime(microseconds: row.time ?? 0)
      let cost = try? pricer.cost(of: usage, inTierOf: tier ?? usage.inputTokens, at: time)
      return (cost?.total.picodollars).map(Double.init)
    }
    func variant(_ row: LogRow) -> BillingVariant {
      BillingVariant(batch: row.batch, serviceTier: row.tier, region: row.region)
    }
    func changed(_ row: LogRow, _ change: (inout Usage) -> Void) -> Double? {
      var usage = row.usage(calls: row.calls ?? 1)
      change(&usage)
      return cost(row, row.model, usage, variant(row))
    }
    func parts(_ usage: Usage) -> Int64 {
      usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWriteLongTokens
    }
    var causes: [(String, (LogRow) -> Double?)] = [
      (
        "the model that was asked for",
        { row in
          row.asked.flatMap { catalog.id(named: $0) }.flatMap {
            cost(row, $0, row.usage(calls: 1), variant(row))
          }
        }
      ),
      (
        "cached tokens beside the input",
        { row in
          changed(row) { $0.inputTokens += parts($0) }
        }
      ),
      (
        "cached tokens inside the input",
        { row in
          changed(row) { $0.inputTokens = max(parts($0), $0.inputTokens - parts($0)) }
        }
      ),
      (
        "cached tokens at the price of fresh ones",
        { row in
          changed(row) { $0.cacheReadTokens = 0 }
        }
      ),
      (
        "reasoning not billed",
        { row in
          changed(row) {
            $0.outputTokens -= $0.reasoningTokens
            $0.reasoningTokens = 0
          }
        }
      ),
      (
        "batch or tier left out",
        { row in
          cost(row, row.model, row.usage(calls: 1), BillingVariant(region: row.region))
        }
      ),
      (
        "the tier of context left out",
        { row in
          cost(row, row.model, row.usage(calls: 1), variant(row), tier: 0)
        }
      ),
    ]
    causes += factors(rows)
    for (index, model) in catalog.models.enumerated() {
      causes.append(
        (
          "\(model.name): the log priced another seller",
          { cost($0, ModelID(UInt16(index)), $0.usage(calls: 1), variant($0)) }
        ))
    }
    return causes
  }

  /// One constant factor, and units that are powers of ten.
  private func factors(_ rows: [LogRow]) -> [(String, (LogRow) -> Double?)] {
    let ratios = rows.compactMap { row -> Double? in
      guard let cost = row.cost, cost > .zero, let logged = row.logged, logged > 0 else {
        return nil
      }
      return Double(logged) / Double(cost.picodollars)
    }.sorted()
    guard rows.count > 1, !ratios.isEmpty else { return [] }
    let median = ratios[ratios.count / 2]
    let units: [(Double, String)] = [
      (100, "cents: state --unit logged_cost_usd=cents"), (1e3, "thousandths of a dollar"),
      (1e6, "millionths of a dollar: state --unit logged_cost_usd=micro_usd"),
      (1e9, "billionths of a dollar: state --unit logged_cost_usd=nano_usd"),
    ]
    if let unit = units.first(where: { Self.isClose($0.0, median) }) {
      return [(unit.1, { $0.cost.map { Double($0.picodollars) * unit.0 } })]
    }
    let shown = (DecimalText.real(median, places: 4) ?? "")
    return [
      ("the catalog's price times \(shown)", { $0.cost.map { Double($0.picodollars) * median } })
    ]
  }
}
