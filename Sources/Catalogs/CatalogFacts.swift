import CostModel
import Scenarios
import Support

/// All that a catalog says of a model, line by line.
package struct CatalogFact: Hashable {
  package enum Kind: Hashable {
    case price, fact
    /// Where figures come from, which is not what they are.
    case origin
  }

  package var kind: Kind
  /// `batch: input`.
  package var label: String
  /// `$1.14 per 1M tokens`.
  package var text: String
  /// The price, for comparisons; nil where it is none.
  package var rate: Rate?

  package static func list(_ model: Model) -> [CatalogFact] {
    var facts = CatalogFacts()
    facts.add(model)
    return facts.list
  }
}

private struct CatalogFacts {
  var list: [CatalogFact] = []

  mutating func add(_ model: Model) {
    put(.fact, "provider", model.provider)
    put(.origin, "aliases", model.aliases.joined(separator: ", "))
    if let window = model.contextWindow { put(.fact, "context window", tokens(window)) }
    if let most = model.maxOutputTokens { put(.fact, "most output", tokens(most)) }
    put(.fact, "capabilities", model.capabilities.joined(separator: ", "))
    if let date = model.deprecated {
      put(.fact, "deprecated", date.description)
    } else if model.isRetiring {
      put(.fact, "deprecated", "announced without a date")
    }
    put(.fact, "successor", model.successor ?? "")
    for (list, key) in model.sourceKeys.sorted(by: { $0.key < $1.key }) {
      put(.origin, "key in \(list)", key)
    }
    if model.prices.allSatisfy(\.isUnpriced) { put(.price, "price", "none (unpriced, never $0)") }
    for sheet in model.prices { add(sheet) }
  }

  private mutating func put(
    _ kind: CatalogFact.Kind, _ label: String, _ text: String, rate: Rate? = nil
  ) {
    if !text.isEmpty {
      list.append(CatalogFact(kind: kind, label: label, text: text, rate: rate))
    }
  }

  private func tokens(_ count: Int64) -> String { HumanFormat.plural(count, "token") }

  // MARK: Prices

  private mutating func add(_ sheet: PriceSheet) {
    let since =
      sheet.effectiveFrom == .distantPast ? "" : "from \(CatalogText.moment(sheet.effectiveFrom)): "
    add(sheet.rates, since)
    if let price = sheet.fixedMonthly { put(.price, since + "month", ExactText.usd(price)) }
    if let capacity = sheet.provisioned {
      let price = RateText.text(capacity.rate, .time)
      put(.price, since + "provisioned", "\(capacity.units) × \(price)", rate: capacity.rate)
    }
    if sheet.minimumAudio > .zero {
      put(.price, since + "least audio", ExactText.duration(sheet.minimumAudio))
    }
    for (name, step) in [("audio step", sheet.audioStep), ("video step", sheet.videoStep)]
    where step > .zero { put(.price, since + name, ExactText.duration(step)) }
    if sheet.searchDocuments > 0 {
      put(.price, since + "documents of a search", HumanFormat.count(sheet.searchDocuments))
    }
    add(sheet.contextTiers, since)
    if let batch = sheet.batch { add(batch, since + "batch") }
    for (name, change) in sheet.serviceTiers.sorted(by: { $0.key < $1.key }) {
      add(change, since + "service tier \(name)")
    }
    for (name, change) in sheet.regions.sorted(by: { $0.key < $1.key }) {
      add(change, since + "region \(name)")
    }
    for (size, rate) in sheet.searchSizes.sorted(by: { $0.key < $1.key }) {
      put(.price, since + "search, \(size) context", RateText.text(rate, .searches), rate: rate)
    }
    for time in sheet.timesOfDay { add(time.change, since + Self.span(time)) }
    put(.origin, since + "source", sheet.source ?? "")
    put(.origin, since + "checked", sheet.checked?.description ?? "")
    put(.origin, since + "assumption", sheet.assumption ?? "")
  }

  private mutating func add(_ rates: Rates, _ prefix: String) {
    for (key, dimension, kind) in CatalogFormat.rates {
      if let share = rates.share(of: dimension) {
        put(.price, prefix + key, RateText.share(share, of: dimension))
      }
      guard let rate = rates[dimension] else { continue }
      put(.price, prefix + key, RateText.text(rate, kind), rate: rate)
    }
  }

  private mutating func add(_ tiers: [ContextTier], _ prefix: String) {
    for tier in tiers { add(tier.rates, "\(prefix)from \(tokens(tier.firstInput)): ") }
  }

  private mutating func add(_ change: PriceChange, _ name: String) {
    add(change.rates, name + ": ")
    add(change.contextTiers, name + " ")
    if change.factor != .one { put(.price, name, CatalogText.factor(change.factor) + "×") }
  }

  private static func span(_ time: TimeOfDayPrice) -> String {
    let days = time.weekdays.sorted().map { CatalogFormat.weekdays[$0] }.joined(separator: " ")
    let span = "\(CatalogText.clock(time.from))–\(CatalogText.clock(time.to)) UTC"
    return time.weekdays.count < 7 ? span + " " + days : span
  }
}
