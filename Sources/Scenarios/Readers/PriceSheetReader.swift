import CostModel
import Support

/// Reads one price sheet with its variants.
package struct PriceSheetReader {
  /// The largest window, answer or threshold of a tier.
  package static let mostTokens: Int64 = 1_000_000_000

  package let log: InputLog

  package init(log: InputLog) {
    self.log = log
  }

  package func read(_ fields: Fields) -> PriceSheet {
    var sheet = PriceSheet()
    sheet.effectiveFrom = effectiveFrom(fields)
    read(fields, into: &sheet)
    return sheet
  }

  package func effectiveFrom(_ fields: Fields) -> SimTime {
    let utc = LocalTime(offsets: [Period.Offset(from: .distantPast, seconds: 0)])
    return fields["effective_from"].flatMap { log.moment($0, local: utc.moment) } ?? .distantPast
  }

  /// What the mapping says, in place of what the sheet says.
  package func read(_ fields: Fields, into sheet: inout PriceSheet) {
    sheet.rates = sheet.rates.overlaid(with: rates(fields))
    if let node = fields["fixed_monthly"] { sheet.fixedMonthly = amount(node) }
    if let capacity = fields.fields("provisioned", as: CatalogFormat.provisioned) {
      sheet.provisioned = provisioned(capacity)
    }
    if let minimum = fields.duration("minimum_audio") { sheet.minimumAudio = minimum }
    if let step = fields.duration("audio_step") { sheet.audioStep = step }
    if let step = fields.duration("video_step") { sheet.videoStep = step }
    if let documents = fields.count("search_documents", in: 1...Self.mostTokens) {
      sheet.searchDocuments = documents
    }
    if sheet.searchDocuments > 0, sheet.rates[.documents] != nil,
      let place = (fields["search_documents"] ?? fields["documents"])?.place
    {
      log.add(
        place, "'search_documents' and a price of 'documents' exclude each other",
        hint: "documents are billed by the piece, or so many of them as one search")
    }
    if fields.has("tiers") { sheet.contextTiers = tiers(fields.list("tiers")) }
    if let node = fields["batch"] { sheet.batch = change(node) }
    if fields.has("service_tiers") {
      sheet.serviceTiers = changes(fields.entries("service_tiers"))
    }
    if fields.has("regions") { sheet.regions = changes(fields.entries("regions")) }
    for entry in fields.entries("searches_by_size") {
      sheet.searchSizes[entry.key] = log.rate(entry.value, for: .searches)
    }
    if fields.has("time_of_day") {
      sheet.timesOfDay = fields.list("time_of_day").compactMap(timeOfDay)
    }
    sheet.source = fields.text("source") ?? sheet.source
    sheet.checked = fields["checked"].flatMap { log.date($0) } ?? sheet.checked
    sheet.assumption = fields.text("assumption") ?? sheet.assumption
  }

  private func rates(_ fields: Fields) -> Rates {
    var rates = Rates()
    for (key, dimension, kind) in CatalogFormat.rates {
      guard let node = fields[key] else { continue }
      if let share = share(node, of: dimension) {
        rates.setShare(share, of: dimension)
      } else {
        rates[dimension] = log.rate(node, for: kind)
      }
    }
    return rates
  }

  /// `25% of input`; nil: it is no share of the price that this one is a part of.
  private func share(_ node: YAMLNode, of dimension: BillingDimension) -> Factor? {
    guard let parent = dimension.parent, case .scalar(let text, _) = node.content,
      text.hasSuffix(" of " + parent.key)
    else { return nil }
    return Quantity.factor(Quantity.trimmed(text.dropLast(4 + parent.key.count)))
  }

  /// An amount that fits into `Money`.
  private func amount(_ node: YAMLNode) -> Money? {
    guard let sum = log.money(node) else { return nil }
    guard let picodollars = Int64(exactly: sum.picodollars) else {
      log.add(node.place, "\(node.kind) is more than $9,000,000")
      return nil
    }
    return Money(picodollars: picodollars)
  }

  private func provisioned(_ fields: Fields) -> ProvisionedCapacity? {
    guard let units = fields.count("units", in: 1...1_000_000), let node = fields["price"],
      let rate = log.rate(node, for: .time)
    else { return nil }
    let capacity = ProvisionedCapacity(units: units, rate: rate)
    guard Self.isPossible(capacity) else {
      log.add(node.place, "\(InputLog.grouped(units)) units cost more than $9,000,000")
      return nil
    }
    return capacity
  }

  /// Whether an amount can hold what it costs in a budget period of 100 days.
  package static func isPossible(_ capacity: ProvisionedCapacity) -> Bool {
    capacity.price(for: SimDuration(microseconds: 100 * SimDuration.day.microseconds)) != nil
  }

  // MARK: Variants

  private func tiers(_ nodes: [YAMLNode]) -> [ContextTier] {
    var tiers: [ContextTier] = []
    for node in nodes {
      guard let fields = Fields(node, as: CatalogFormat.tier, log: log) else { continue }
      guard fields.has("above") != fields.has("from") else {
        log.add(node.place, "a tier needs either 'above' or 'from'")
        continue
      }
      let limit = fields["above"] ?? fields["from"]
      guard let limit, let threshold = tokens(limit) else { continue }
      if let last = tiers.last, threshold <= last.threshold {
        log.add(limit.place, "expected tiers in ascending order")
      }
      tiers.append(
        ContextTier(threshold: threshold, inclusive: fields.has("from"), rates: rates(fields)))
    }
    return tiers
  }

  /// `200K tokens`, or the number alone.
  private func tokens(_ node: YAMLNode) -> Int64? {
    guard let text = log.scalar(node, "a size like 200K tokens") else { return nil }
    let digits = text.hasSuffix("tokens") ? Quantity.trimmed(text.dropLast(6)) : text
    let bare = YAMLNode(content: .scalar(digits, plain: false), place: node.place)
    return log.count(bare, in: 0...Self.mostTokens)
  }

  private func changes(_ entries: [YAMLNode.Entry]) -> [String: PriceChange] {
    var result: [String: PriceChange] = [:]
    for entry in entries { result[entry.key] = change(entry.value) }
    return result
  }

  private func change(_ node: YAMLNode) -> PriceChange? {
    Fields(node, as: CatalogFormat.change, log: log).map(change)
  }

  private func change(_ fields: Fields) -> PriceChange {
    var change = PriceChange()
    change.rates = rates(fields)
    change.contextTiers = tiers(fields.list("tiers"))
    change.factor = fields["factor"].flatMap(factor) ?? .one
    return change
  }

  /// `0.5`, `50%`, `1.1`: exact.
  package func factor(_ node: YAMLNode) -> Factor? {
    guard let text = log.scalar(node, "a factor like 0.5 or 50%") else { return nil }
    if let factor = Quantity.factor(text) { return factor }
    log.add(node.place, "expected a factor from 0 to 100, with at most 9 decimals, not '\(text)'")
    return nil
  }

  private func timeOfDay(_ node: YAMLNode) -> TimeOfDayPrice? {
    guard let fields = Fields(node, as: CatalogFormat.timeOfDay, log: log) else { return nil }
    var days = Set(0..<7)
    if let list = fields["days"] {
      days = []
      for (name, place) in log.texts(list) {
        if let day = CatalogFormat.weekdays.firstIndex(of: name) {
          days.insert(day)
        } else {
          log.unknown("weekday", name, at: place, among: CatalogFormat.weekdays)
        }
      }
    }
    guard let from = fields["from"].flatMap(clock), let to = fields["to"].flatMap(clock) else {
      return nil
    }
    return TimeOfDayPrice(weekdays: days, from: from, to: to, change: change(fields))
  }

  private func clock(_ node: YAMLNode) -> SimDuration? {
    guard let text = log.scalar(node, "a time of day like 16:30") else { return nil }
    if let time = Self.clock(text) { return time }
    log.add(node.place, "expected a time of day like 16:30, not '\(text)'")
    return nil
  }

  /// `16:30`, or `24:00` for the end of the day, since midnight.
  package static func clock(_ text: String) -> SimDuration? {
    guard let match = text.wholeMatch(of: /(\d\d):(\d\d)/), let hours = Int64(match.1),
      let minutes = Int64(match.2), minutes < 60, hours * 60 + minutes <= 1_440
    else { return nil }
    return SimDuration(microseconds: (hours * 60 + minutes) * 60_000_000)
  }
}

extension InputLog {
  /// A price that is for that kind of unit.
  package func rate(_ node: YAMLNode, for kind: Quantity.PriceUnit.Kind) -> Rate? {
    guard let text = scalar(node, "a price like '$1.14 per 1M tokens'") else { return nil }
    do {
      let (rate, unit) = try Quantity.price(text)
      if unit.kind == kind { return rate }
      add(node.place, "expected a price for \(kind.rawValue), not for \(unit.kind.rawValue)")
    } catch {
      add(node.place, error.message, hint: error.hint)
    }
    return nil
  }
}
