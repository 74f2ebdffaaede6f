import CostModel
import Scenarios
import Support

/// Something in a catalog that is probably a mistake.
package struct LintFinding: Hashable, Sendable {
  package enum Rule: String, CaseIterable, Sendable {
    case noPrice = "no-price"
    case zeroPrice = "zero-price"
    case outputBelowInput = "output-below-input"
    case outlier
    case cacheAboveInput = "cache-above-input"
    case deprecated
    case unitSlip = "unit-slip"
    case oneSidedVariant = "one-sided-variant"
    case variantNotCheaper = "variant-not-cheaper"
    case tierBelowBase = "tier-below-base"
  }

  package var model: String
  package var rule: Rule
  package var message: String
}

/// Looks through a catalog for mistakes that people make with prices.
package struct CatalogLint {
  package let limits: LintLimits
  /// Prices that ended before, and deprecations after, are not looked at.
  package let date: CivilDate
  /// The same models elsewhere: in the catalog itself and in others, by their bare name.
  private var offers: [String: [Offer]] = [:]

  private struct Offer: Hashable {
    /// 0 is the catalog that is looked through.
    var catalog: Int
    var model: String
    var rates: Rates
  }

  package init(
    _ catalog: Catalog, against others: [Catalog] = [], limits: LintLimits, date: CivilDate
  ) {
    self.limits = limits
    self.date = date
    for (number, catalog) in ([catalog] + others).enumerated() {
      for model in catalog.models {
        guard let sheet = sheets(model).first else { continue }
        let offer = Offer(catalog: number, model: model.name, rates: sheet.rates)
        for name in Self.bareNames(model) { offers[name, default: []].append(offer) }
      }
    }
  }

  /// Findings by model, in the catalog's order; of each rule one a model.
  package func findings(_ catalog: Catalog) -> [LintFinding] { catalog.models.flatMap(findings) }

  private func findings(_ model: Model) -> [LintFinding] {
    var result: [LintFinding] = []
    func add(_ rule: LintFinding.Rule, _ message: String?) {
      guard let message, !result.contains(where: { $0.rule == rule }) else { return }
      result.append(LintFinding(model: model.name, rule: rule, message: message))
    }
    let sheets = sheets(model)
    if sheets.allSatisfy(\.isUnpriced) {
      add(.noPrice, "no price, so that every call is an error")
    }
    for sheet in sheets {
      let cards = ([0] + sheet.contextTiers.map(\.firstInput)).map(sheet.statedRates)
      for rates in cards {
        add(.zeroPrice, zeroPrice(rates))
        add(.outputBelowInput, outputBelowInput(rates, model))
        add(.cacheAboveInput, cacheAboveInput(rates))
        add(.unitSlip, unitSlip(rates))
      }
      if let (rule, message) = comparison(cards[0], model) { add(rule, message) }
      add(.variantNotCheaper, variantNotCheaper(sheet))
      add(.tierBelowBase, tierBelowBase(sheet))
    }
    let open = VariantReview(model).unknown
    if !open.isEmpty {
      add(
        .oneSidedVariant,
        "no price of \(open.joined(separator: ", ")), so that the ordinary one holds")
    }
    if let end = model.deprecated, end < date {
      add(.deprecated, "switched off since \(end)")
    } else if model.isRetiring {
      add(.deprecated, "its provider has announced its end, without a date")
    }
    return result
  }

  /// What holds on the date or later.
  private func sheets(_ model: Model) -> [PriceSheet] {
    let day = SimDuration.day.microseconds
    let now = SimTime(microseconds: Int64(date.daysSinceEpoch) * day)
    let current = model.prices.lastIndex { $0.effectiveFrom <= now } ?? 0
    return Array(model.prices.dropFirst(current))
  }

  // MARK: Rules

  private func zeroPrice(_ rates: Rates) -> String? {
    guard let input = rates[.inputTokens], let output = rates[.outputTokens],
      input.picodollars == 0, output.picodollars == 0,
      BillingDimension.allCases.allSatisfy({ rates[$0]?.picodollars ?? 0 == 0 })
    else { return nil }
    return "input and output cost $0: free, or not known?"
  }

  private func outputBelowInput(_ rates: Rates, _ model: Model) -> String? {
    guard let input = rates[.inputTokens], let output = rates[.outputTokens], output < input,
      limits.withoutOutput.isDisjoint(with: model.capabilities) || output.picodollars > 0
    else { return nil }
    return "output (\(text(output))) is cheaper than input (\(text(input))): swapped?"
  }

  private func cacheAboveInput(_ rates: Rates) -> String? {
    guard let input = rates[.inputTokens], let read = rates[.cacheReadTokens], input < read else {
      return nil
    }
    return "a cached token (\(text(read))) is dearer than a fresh one (\(text(input)))"
  }

  /// Batch and flex are sold for less: tokens and calls, each by a price of its own, a factor, or by
  /// nothing that the catalog states.
  private func variantNotCheaper(_ sheet: PriceSheet) -> String? {
    for (name, variant) in [
      ("batch", BillingVariant(batch: true)), ("flex", BillingVariant(serviceTier: "flex")),
    ] {
      guard let change = variant.batch ? sheet.batch : sheet.serviceTiers["flex"] else { continue }
      let isEmpty = !BillingDimension.allCases.contains(where: change.rates.states)
      for (key, dimension, kind) in CatalogFormat.rates where kind == .tokens || kind == .calls {
        guard change.rates.states(dimension) || change.factor != .one || isEmpty,
          let ordinary = sheet.rate(dimension), ordinary.picodollars > 0,
          let rate = sheet.rate(dimension, on: variant), !(rate < ordinary)
        else { continue }
        return "\(name) \(key) (\(RateText.text(rate, kind))) is no cheaper than the ordinary one"
          + " (\(RateText.text(ordinary, kind)))"
      }
    }
    return nil
  }

  /// Long calls cost as much as shorter ones or more.
  private func tierBelowBase(_ sheet: PriceSheet) -> String? {
    let variants =
      [("", BillingVariant())]
      + (sheet.batch == nil ? [] : [("batch ", BillingVariant(batch: true))])
      + sheet.serviceTiers.keys.sorted().map { ($0 + " ", BillingVariant(serviceTier: $0)) }
    for (name, variant) in variants {
      let tiers = sheet.contextTiers + (sheet.changes(on: variant).flatMap(\.contextTiers))
      for tier in tiers {
        for (key, dimension, kind) in CatalogFormat.rates {
          guard let base = sheet.rate(dimension, input: tier.firstInput - 1, on: variant),
            let rate = sheet.rate(dimension, input: tier.firstInput, on: variant), rate < base
          else { continue }
          return "\(name)\(key) from \(HumanFormat.count(tier.firstInput)) tokens on"
            + " (\(RateText.text(rate, kind))) is cheaper than below (\(RateText.text(base, kind)))"
        }
      }
    }
    return nil
  }

  /// Beyond what any model costs, whatever others take for it.
  private func unitSlip(_ rates: Rates) -> String? {
    let checks: [(BillingDimension, String, LintLimits.Span)] = [
      (.inputTokens, "input", limits.input), (.outputTokens, "output", limits.output),
    ]
    for (dimension, name, span) in checks {
      guard let rate = rates[dimension], rate.picodollars > 0 else { continue }
      let price = Self.perMillion(rate)
      if price > span.most {
        return "\(name) at \(text(rate)) is above all known prices: per 1K tokens, or per call?"
      }
      if price < span.least {
        return "\(name) at \(text(rate)) is below all known prices: per token, or per 1K tokens?"
      }
    }
    if let rate = rates[.calls], Self.perMillion(rate) / 1e6 > limits.calls.most {
      return "\(RateText.text(rate, .calls)) is above all known prices: per 1K or 1M tokens?"
    }
    return nil
  }

  /// Against the same model of other providers, or in other catalogs.
  private func comparison(_ rates: Rates, _ model: Model) -> (LintFinding.Rule, String)? {
    let others = Set(Self.bareNames(model).flatMap { offers[$0] ?? [] }).filter {
      $0.catalog != 0 || $0.model != model.name
    }
    let sides: [(BillingDimension, String)] = [
      (.inputTokens, "input"), (.outputTokens, "output"), (.cacheReadTokens, "cached input"),
    ]
    for (dimension, name) in sides {
      let prices = others.compactMap { $0.rates[dimension].map(Self.perMillion) }
        .filter { $0 > 0 }.sorted()
      guard let rate = rates[dimension], rate.picodollars > 0, !prices.isEmpty else { continue }
      let median = (prices[(prices.count - 1) / 2] + prices[prices.count / 2]) / 2
      let ratio = Self.perMillion(rate) / median
      guard ratio >= limits.outlier || ratio <= 1 / limits.outlier else { continue }
      let size = max(ratio, 1 / ratio)
      let isSlip = [1e3, 1e6].contains { size > $0 / 2 && size < $0 * 2 }
      let others = HumanFormat.plural(Int64(prices.count), "other offer")
      var message = "\(name) at \(text(rate)) is \(HumanFormat.number(size)) times "
      message += ratio > 1 ? "dearer" : "cheaper"
      message += " than the median of \(others) of this model"
      return (isSlip ? .unitSlip : .outlier, isSlip ? message + ": a slip of the unit?" : message)
    }
    return nil
  }

  // MARK: Parts

  /// What providers' names for one model have in common: what stands behind the last `/`.
  private static func bareNames(_ model: Model) -> Set<String> {
    Set(
      ([model.name] + model.aliases).map {
        ($0.split(separator: "/").last.map(String.init) ?? $0).lowercased()
      })
  }

  private static func perMillion(_ rate: Rate) -> Double {
    Double(rate.picodollars) / Double(rate.per) / 1e6
  }

  private func text(_ rate: Rate) -> String { RateText.text(rate, .tokens) }
}

extension PriceSheet {
  /// What an ordinary call of that total input pays for each dimension that has a price of its own.
  fileprivate func statedRates(input: Int64) -> Rates {
    var result = Rates()
    for dimension in BillingDimension.allCases
    where rates.states(dimension) || contextTiers.contains(where: { $0.rates.states(dimension) }) {
      result[dimension] = rate(dimension, input: input)
    }
    return result
  }
}

extension Rate {
  fileprivate static func < (a: Rate, b: Rate) -> Bool {
    Int128(a.picodollars) * Int128(b.per) < Int128(b.picodollars) * Int128(a.per)
  }
}
