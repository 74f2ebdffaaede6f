import CostModel
import Scenarios
import Support

/// One entry of LiteLLM's list becoming a catalog model.
///
/// The list prices tokens in USD each; a whole request is priced by the tier that its total input
/// exceeds. xAI's tiers include their threshold.
package struct LiteLLMEntry {
  package private(set) var model: Model
  package private(set) var account = FieldAccount()

  private let fields: DataTree
  private let names: LiteLLMFieldNames
  private let mode: String
  private var ordinary = TieredRates()
  private var batch = TieredRates()
  private var serviceTiers: [String: TieredRates] = [:]
  private var sheet = PriceSheet()
  /// Fields whose meaning is worked in.
  private var used: Set<String> = ["litellm_provider", "mode"]

  private static let inclusiveProviders: Set = ["xai"]

  package init(name: String, provider: String, _ fields: DataTree, _ names: LiteLLMFieldNames) {
    self.fields = fields
    self.names = names
    model = Model(name: name, provider: provider)
    mode = fields["mode"]?.text ?? ""
    readFacts()
    readFlatPrices()
    readTieredPricing()
    readSearches()
    readMultipliers()
    readOffPeak()
    readCommitment()
    for (field, _) in fields.members where !used.contains(field) {
      if LiteLLMField.isPrice(field) {
        account.unknownPrice(field)
      } else {
        account.unused(field)
      }
    }
    finish()
  }

  private var isInclusive: Bool { Self.inclusiveProviders.contains(model.provider) }

  // MARK: Facts

  private mutating func readFacts() {
    if !mode.isEmpty { model.capabilities.append(mode) }
    for (field, value) in fields.members where field.hasPrefix("supports_") {
      guard case .bool(let isSupported) = value else { continue }
      used.insert(field)
      if isSupported { model.capabilities.append(String(field.dropFirst(9))) }
    }
    model.contextWindow = tokens("max_input_tokens")
    model.maxOutputTokens = tokens("max_output_tokens") ?? tokens("max_tokens")
    used.insert("max_tokens")
    if let text = fields["deprecation_date"]?.text, let date = CivilDate(iso: text),
      CivilDate.years.contains(date.year)
    {
      model.deprecated = date
      used.insert("deprecation_date")
    }
    if let next = fields["successor_model"]?.text, !next.isEmpty {
      model.successor = next
      used.insert("successor_model")
    }
    if let source = fields["source"]?.text, !source.isEmpty {
      sheet.source = source
      used.insert("source")
    }
  }

  private mutating func tokens(_ field: String) -> Int64? {
    guard let count = fields[field]?.tokens, count > 0 else { return nil }
    used.insert(field)
    return count
  }

  // MARK: Prices by field

  private mutating func readFlatPrices() {
    for (field, value) in fields.members {
      guard let meaning = names[field], isMeant(meaning) else { continue }
      if take(meaning, value, field, above: meaning.above) { used.insert(field) }
    }
    // DeepSeek's older name for the same.
    let hit = "input_cost_per_token_cache_hit"
    if let value = fields[hit], let rate = ImportedPrice.rate(value, .token)?.rate {
      if let known = ordinary[.cacheReadTokens, above: 0] {
        if known == rate { used.insert(hit) }
      } else {
        ordinary[.cacheReadTokens, above: 0] = rate
        used.insert(hit)
      }
    }
  }

  /// Whether the field is the dimension's price in entries of this mode.
  private func isMeant(_ field: LiteLLMField) -> Bool {
    switch field.base {
    case "input_cost_per_second": fields["cost_per_second"] == nil
    case "input_cost_per_image": fields["output_cost_per_image"] == nil
    case "output_cost_per_second": mode != "video_generation"
    default: true
    }
  }

  /// False where another field already says something else of the same price.
  private mutating func take(
    _ meaning: LiteLLMField, _ value: DataTree, _ field: String, above: Int64
  ) -> Bool {
    guard let rate = account.rate(field, value, meaning.unit, meaning.dimension) else {
      return true
    }
    func put(_ rates: inout TieredRates) -> Bool {
      guard let known = rates[meaning.dimension, above: above], known != rate,
        known.picodollars > 0
      else {
        rates[meaning.dimension, above: above] = rate
        return true
      }
      // `output_cost_per_second: 0` beside the price of a transcript's input.
      return rate.picodollars == 0 && meaning.dimension == .audioSeconds
    }
    switch meaning.variant {
    case .ordinary: return put(&ordinary)
    case .batch: return put(&batch)
    case .serviceTier(let name): return put(&serviceTiers[name, default: TieredRates()])
    }
  }

  private mutating func readTieredPricing() {
    guard let tiers = fields["tiered_pricing"] else { return }
    used.insert("tiered_pricing")
    for tier in tiers.items {
      guard let above = tier["range"]?.items.first?.tokens else {
        account.unknownPrice("tiered_pricing without a range of tokens")
        continue
      }
      for (field, value) in tier.members where field != "range" {
        if let meaning = names[field], meaning.above == 0 {
          _ = take(meaning, value, field, above: above)
        } else {
          account.unknownPrice("tiered_pricing/\(field)")
        }
      }
    }
  }

  // MARK: The rest

  private mutating func readSearches() {
    let field = "search_context_cost_per_query"
    guard let sizes = fields[field], let first = sizes.members.first else { return }
    used.insert(field)
    let medium = sizes["search_context_size_medium"] ?? first.value
    ordinary[.searches, above: 0] = account.rate(field, medium, .piece, .searches)
    let prefix = "search_context_size_"
    for (size, price) in sizes.members where size.hasPrefix(prefix) {
      guard let rate = ImportedPrice.rate(price, .piece)?.rate,
        rate != ordinary[.searches, above: 0]
      else { continue }
      sheet.searchSizes[String(size.dropFirst(prefix.count))] = rate
    }
  }

  private mutating func readMultipliers() {
    let prefix = "regional_processing_uplift_multiplier_"
    // Of Vertex: everywhere but at the global endpoint.
    let regions = [
      "regional_endpoint_uplift_multiplier": "*", "fedramp_uplift_multiplier": "fedramp",
    ]
    for (field, value) in fields.members {
      let region =
        regions[field] ?? (field.hasPrefix(prefix) ? String(field.dropFirst(prefix.count)) : nil)
      guard let region, let factor = Self.factor(value) else { continue }
      sheet.regions[region, default: PriceChange()].factor = factor
      if region == "*" { sheet.regions["global"] = PriceChange() }
      used.insert(field)
    }
    let special = fields["provider_specific_entry"]?.members ?? []
    if let factor = special.first(where: { $0.key == "us" }).flatMap({ Self.factor($0.value) }) {
      sheet.regions["us", default: PriceChange()].factor = factor
    }
    if let factor = special.first(where: { $0.key == "fast" }).flatMap({ Self.factor($0.value) }) {
      sheet.serviceTiers["fast", default: PriceChange()].factor = factor
    }
    if !special.isEmpty, special.allSatisfy({ ["us", "fast"].contains($0.key) }) {
      used.insert("provider_specific_entry")
    }
  }

  private static func factor(_ value: DataTree) -> Factor? {
    guard case .number(let digits) = value else { return nil }
    return Quantity.factor(digits)
  }

  /// Own prices in windows of the UTC day, on ISO weekdays.
  private mutating func readOffPeak() {
    guard let prices = fields["off_peak_pricing"] else { return }
    used.insert("off_peak_pricing")
    var change = PriceChange()
    for (field, value) in prices.members where field != "windows" {
      if let meaning = names[field], meaning.variant == .ordinary {
        change.rates[meaning.dimension] = account.rate(
          field, value, meaning.unit, meaning.dimension)
      } else {
        account.unknownPrice("off_peak_pricing/\(field)")
      }
    }
    for window in prices["windows"]?.items ?? [] {
      // From Monday, which is 1.
      let days = window["weekdays"]?.items.map { $0.wholeNumber ?? 0 } ?? Array(1...7)
      let hours = window["hours_utc"].map { $0.text.map { [$0] } ?? $0.items.compactMap(\.text) }
      for span in (hours ?? []).map(Self.span) {
        guard let span, !days.isEmpty, days.allSatisfy({ 1...7 ~= $0 }) else {
          account.unknownPrice("off_peak_pricing/windows")
          continue
        }
        sheet.timesOfDay.append(
          TimeOfDayPrice(
            weekdays: Set(days.map { Int($0) - 1 }), from: span.from, to: span.to, change: change))
      }
    }
  }

  /// `10:00-00:00` ends with the day.
  private static func span(_ text: String) -> (from: SimDuration, to: SimDuration)? {
    let parts = text.split(separator: "-").map { PriceSheetReader.clock(String($0)) }
    guard parts.count == 2, let from = parts[0], let to = parts[1] else { return nil }
    return (from, to == .zero ? .day : to)
  }

  /// A commitment to a unit of capacity, by the second.
  private mutating func readCommitment() {
    guard let value = fields["cost_per_second"],
      let rate = account.rate("cost_per_second", value, .second, .audioSeconds)
    else { return }
    let capacity = ProvisionedCapacity(units: 1, rate: rate)
    guard PriceSheetReader.isPossible(capacity) else { return account.refuse("cost_per_second") }
    sheet.provisioned = capacity
    used.insert("cost_per_second")
    if fields["input_cost_per_second"]?.decimal == value.decimal {
      used.insert("input_cost_per_second")
    }
  }

  private mutating func finish() {
    sheet.rates = ordinary.base
    sheet.contextTiers = ordinary.contextTiers(inclusive: isInclusive)
    if !batch.isEmpty { sheet.batch = batch.change(inclusive: isInclusive) }
    for (name, rates) in serviceTiers {
      sheet.serviceTiers[name] = rates.change(
        factor: sheet.serviceTiers[name]?.factor ?? .one, inclusive: isInclusive)
    }
    var bare = PriceSheet()
    bare.source = sheet.source
    if sheet != bare { model.prices = [sheet] }
  }
}
