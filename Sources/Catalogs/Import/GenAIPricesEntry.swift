import CostModel
import Scenarios

/// One model of genai-prices becoming a catalog model.
///
/// Its prices are for a million tokens, a thousand pieces or an hour. Of a list of conditional
/// prices the last that is active wins, the first where none is. A variant's prices stand in place of
/// the ordinary ones, of several the first that states one. A tier holds for more input than its
/// `start`, for every provider.
package struct GenAIPricesEntry {
  package private(set) var model: Model
  package private(set) var account = FieldAccount()

  private let fields: DataTree
  private static let keys: [String: (BillingDimension, ImportedPrice.Unit)] = [
    "input_mtok": (.inputTokens, .million), "output_mtok": (.outputTokens, .million),
    "cache_read_mtok": (.cacheReadTokens, .million),
    "cache_write_mtok": (.cacheWriteTokens, .million),
    "cache_write_5m_mtok": (.cacheWriteTokens, .million),
    "cache_write_1h_mtok": (.cacheWriteLongTokens, .million),
    "output_reasoning_mtok": (.reasoningTokens, .million),
    "input_audio_mtok": (.inputAudioTokens, .million),
    "output_audio_mtok": (.outputAudioTokens, .million),
    "input_image_mtok": (.inputImageTokens, .million),
    "output_image_mtok": (.outputImageTokens, .million),
    "input_mchars": (.characters, .million), "audio_hours": (.audioSeconds, .hour),
    "input_audio_hours": (.audioSeconds, .hour), "input_document_kpages": (.pages, .thousand),
    "web_searches_kcount": (.searches, .thousand), "requests_kcount": (.calls, .thousand),
  ]

  /// When a price holds.
  private enum Condition {
    case always
    case from(SimTime)
    case between(SimDuration, SimDuration)
  }
  private struct Conditional {
    var condition: Condition
    var rates: TieredRates

    func hasBegun(by time: SimTime) -> Bool {
      switch condition {
      case .always: true
      case .from(let start): start <= time
      case .between: false
      }
    }
  }
  private struct Variant {
    /// `batch`, `tier NAME` or `region NAME`.
    var kind: Kind
    var conditional: Conditional

    enum Kind: Hashable {
      case batch
      case tier(String)
      case region(String)
    }
  }

  package init(id: String, provider: String, _ fields: DataTree) {
    self.fields = fields
    model = Model(name: "\(provider)/\(id)", provider: provider)
    if let window = fields["context_window"]?.tokens, window > 0 {
      model.contextWindow = window
    } else if fields["context_window"] != nil {
      account.unused("context_window")
    }
    readAliases(id)
    if case .bool(let isRetiring)? = fields["deprecated"] { model.isRetiring = isRetiring }
    for field in ["name", "description", "price_comments"]
    where fields[field] != nil { account.unused(field) }
    for (field, _) in fields.members where !Self.fields.contains(field) {
      account.unused(field)
    }
    let prices = conditionals()
    model.prices = sheets(prices, variants())
  }

  private static let fields: Set = [
    "id", "match", "name", "description", "context_window", "price_comments", "deprecated",
    "prices", "price_variants",
  ]

  // MARK: Names

  /// Exact names become aliases, and what begins, ends or goes with a text a pattern; what matches an
  /// expression or several conditions does not.
  private mutating func readAliases(_ id: String) {
    guard let match = fields["match"] else { return }
    let clauses = match["or"]?.items ?? [match]
    for clause in clauses {
      guard let name = Self.pattern(clause) else {
        account.unused("match by expression")
        continue
      }
      let alias = "\(model.provider)/\(name)"
      if name != id, !model.aliases.contains(alias) { model.aliases.append(alias) }
    }
  }

  private static func pattern(_ clause: DataTree) -> String? {
    if let text = clause["equals"]?.text { return text }
    if let text = clause["starts_with"]?.text { return text + "*" }
    if let text = clause["ends_with"]?.text { return "*" + text }
    return clause["contains"]?.text.map { "*\($0)*" }
  }

  // MARK: Prices

  private mutating func conditionals() -> [Conditional] {
    guard let prices = fields["prices"] else { return [] }
    guard case .list(let items) = prices else {
      return [Conditional(condition: .always, rates: rates(prices))]
    }
    return items.compactMap { item in
      guard let rates = item["prices"].map({ rates($0) }) else { return nil }
      guard let condition = condition(item) else { return nil }
      return Conditional(condition: condition, rates: rates)
    }
  }

  private mutating func rates(_ prices: DataTree) -> TieredRates {
    var result = TieredRates()
    for (key, value) in prices.members {
      if case .null = value { continue }
      guard let (dimension, unit) = Self.keys[key] else {
        account.unknownPrice(key)
        continue
      }
      let base = value["base"] ?? value
      result[dimension, above: 0] = account.rate(key, base, unit, dimension)
      for tier in value["tiers"]?.items ?? [] {
        guard let start = tier["start"]?.tokens, let price = tier["price"] else {
          account.unknownPrice("\(key)/tiers")
          continue
        }
        result[dimension, above: start] = account.rate(key, price, unit, dimension)
      }
    }
    result.keepFlatParts()
    return result
  }

  /// nil, and counted, where it is not understood.
  private mutating func condition(_ item: DataTree) -> Condition? {
    guard let constraint = item["constraint"] else { return .always }
    if let date = constraint["start_date"]?.text.flatMap(CivilDate.init(iso:)) {
      return .from(SimTime(microseconds: Int64(date.daysSinceEpoch) * SimDuration.day.microseconds))
    }
    if let from = constraint["start_time"]?.text.flatMap(Self.clock),
      let to = constraint["end_time"]?.text.flatMap(Self.clock)
    {
      return .between(from, to)
    }
    for (key, _) in constraint.members { account.unknownPrice("constraint/\(key)") }
    return nil
  }

  /// `16:30`, or as JSON has it `16:30:00Z`.
  private static func clock(_ text: String) -> SimDuration? {
    PriceSheetReader.clock(text.hasSuffix(":00Z") ? String(text.dropLast(4)) : text)
  }

  private mutating func variants() -> [Variant] {
    (fields["price_variants"]?.items ?? []).compactMap { item in
      guard let when = item["when"]?.members, when.count == 1, let value = when[0].value.text,
        let prices = item["prices"]
      else {
        account.unknownPrice("price_variants")
        return nil
      }
      let kind: Variant.Kind
      switch (when[0].key, value) {
      case ("service_tier", "default"): return nil
      case ("processing", "batch"): kind = .batch
      case ("service_tier", _), ("speed", _): kind = .tier(value)
      case ("route", _): kind = .region(value)
      default:
        account.unknownPrice("price_variants/\(when[0].key)")
        return nil
      }
      return condition(item).map {
        Variant(kind: kind, conditional: Conditional(condition: $0, rates: rates(prices)))
      }
    }
  }

  // MARK: Sheets

  /// One sheet for each span of dates in which nothing else changes.
  private func sheets(_ prices: [Conditional], _ variants: [Variant]) -> [PriceSheet] {
    guard !prices.isEmpty else { return [] }
    let starts = (prices + variants.map(\.conditional)).compactMap { conditional in
      if case .from(let start) = conditional.condition { start } else { nil }
    }
    let sheets = Set(starts + [.distantPast]).sorted().map { sheet(from: $0, prices, variants) }
    return sheets.allSatisfy(\.isBare) ? [] : sheets
  }

  private func sheet(
    from start: SimTime, _ prices: [Conditional], _ variants: [Variant]
  ) -> PriceSheet {
    let holding = prices.lastIndex { $0.hasBegun(by: start) }
    let base = prices[holding ?? 0]
    var sheet = PriceSheet()
    sheet.effectiveFrom = start
    sheet.rates = base.rates.base
    sheet.contextTiers = base.rates.contextTiers(inclusive: false)
    // The last one wins, so it is looked at first.
    for conditional in prices[((holding ?? -1) + 1)...].reversed() {
      guard case .between(let from, let to) = conditional.condition else { continue }
      sheet.timesOfDay.append(
        TimeOfDayPrice(
          weekdays: Set(0..<7), from: from, to: to,
          change: conditional.rates.change(inclusive: false)))
    }
    for kind in Set(variants.map(\.kind)) {
      let active = variants.filter { $0.kind == kind && $0.conditional.hasBegun(by: start) }
      guard !active.isEmpty else { continue }
      // The first that states a price wins.
      let rates = active.reversed().reduce(TieredRates()) {
        $0.replaced(by: $1.conditional.rates)
      }
      let change = rates.change(inclusive: false)
      switch kind {
      case .batch: sheet.batch = change
      case .tier(let name): sheet.serviceTiers[name] = change
      case .region(let name): sheet.regions[name] = change
      }
    }
    return sheet
  }
}

extension PriceSheet {
  /// Whether it prices nothing.
  fileprivate var isBare: Bool {
    var bare = PriceSheet()
    bare.effectiveFrom = effectiveFrom
    return self == bare
  }
}
