import CostModel
import Support

/// Writes a catalog as the YAML that `CatalogReader` reads back to the same values.
package struct CatalogText {
  private var yaml = YAMLText()
  private let catalog: Catalog

  package static func text(_ catalog: Catalog, comment: String = "") -> String {
    var text = CatalogText(catalog: catalog)
    if !comment.isEmpty { text.yaml.comment(comment) }
    text.write()
    return text.yaml.text
  }

  /// Whether the model's name can be written as a key, which YAML reads up to 1,024 characters of,
  /// quotes and escapes included.
  package static func canHold(_ model: Model) -> Bool {
    scalar(model.name).unicodeScalars.count <= 1_024
  }

  private init(catalog: Catalog) { self.catalog = catalog }

  private mutating func write() {
    if !catalog.name.isEmpty { put("name", Self.scalar(catalog.name), 0) }
    if let source = catalog.source { put("source", Self.scalar(source), 0) }
    if let checked = catalog.checked { put("checked", checked.description, 0) }
    put("models", "", 0)
    for model in catalog.models { write(model) }
  }

  private mutating func put(_ key: String, _ value: String, _ indent: Int) {
    yaml.line(value.isEmpty ? key + ":" : key + ": " + value, indent: indent)
  }

  private static func text(_ rule: ImageTokens) -> String {
    switch rule {
    case .perPixel(let tokens, let pixels): return "{per_pixel: \(tokens)/\(pixels)}"
    case .tiles(let base, let tile, let edge, let short, let long):
      let fields = [
        ("base", base), ("tile", tile), ("edge", edge), ("short", short), ("long", long),
      ]
      let stated = fields.compactMap { key, value in value.map { "\(key): \($0)" } }
      return "{tiles: {\(stated.joined(separator: ", "))}}"
    }
  }

  private mutating func write(_ model: Model) {
    put(Self.scalar(model.name), "", 2)
    put("provider", Self.scalar(model.provider), 4)
    list("aliases", model.aliases)
    if let window = model.contextWindow { put("context_window", String(window), 4) }
    if model.overWindow != .refuse { put("over_window", model.overWindow.rawValue, 4) }
    if let most = model.maxOutputTokens { put("max_output_tokens", String(most), 4) }
    if let latency = model.latency {
      let (low, high) = (Self.duration(latency.lowerBound), Self.duration(latency.upperBound))
      let base = low == high ? low : low + ".." + high
      let each = model.latencyPerAudioSecond
      put(
        "latency",
        each > .zero
          ? "{base: \(base), per_audio_second: \(Self.duration(each))}" : base, 4)
    }
    if let rule = model.imageTokens { put("image_tokens", Self.text(rule), 4) }
    list("capabilities", model.capabilities)
    if let date = model.deprecated {
      put("deprecated", date.description, 4)
    } else if model.isRetiring {
      put("deprecated", "true", 4)
    }
    if let next = model.successor { put("successor", Self.scalar(next), 4) }
    if !model.sourceKeys.isEmpty {
      let keys = model.sourceKeys.sorted { $0.key < $1.key }
        .map { "\($0.key): \(Self.scalar($0.value))" }
      put("source_keys", Self.flow(keys), 4)
    }
    if model.prices.count == 1 {
      write(model.prices[0], 4)
    } else if !model.prices.isEmpty {
      put("prices", "", 4)
      for sheet in model.prices {
        let line = yaml.lines.count
        yaml.line("-", indent: 6)
        write(sheet, 8)
        // Where nothing follows, the dash alone would be no sheet.
        if yaml.lines.count == line + 1 { yaml.line("{}", indent: 8) }
      }
    }
  }

  private mutating func list(_ key: String, _ items: [String]) {
    if !items.isEmpty {
      yaml.flow(key, items.map(Self.scalar), brackets: ("[", "]"), indent: 4)
    }
  }

  // MARK: Prices

  private mutating func write(_ sheet: PriceSheet, _ indent: Int) {
    if sheet.effectiveFrom != .distantPast {
      put("effective_from", Self.moment(sheet.effectiveFrom), indent)
    }
    for (key, price) in RateText.entries(sheet.rates) { put(key, price, indent) }
    if let monthly = sheet.fixedMonthly {
      put("fixed_monthly", "$" + MoneySum(monthly).exactDecimal, indent)
    }
    if let capacity = sheet.provisioned {
      let price = RateText.text(capacity.rate, .time)
      put("provisioned", "{units: \(capacity.units), price: \(price)}", indent)
    }
    if sheet.minimumAudio > .zero {
      put("minimum_audio", Self.duration(sheet.minimumAudio), indent)
    }
    for (key, step) in [("audio_step", sheet.audioStep), ("video_step", sheet.videoStep)]
    where step > .zero { put(key, Self.duration(step), indent) }
    if sheet.searchDocuments > 0 {
      put("search_documents", String(sheet.searchDocuments), indent)
    }
    if !sheet.contextTiers.isEmpty {
      put("tiers", "", indent)
      for tier in sheet.contextTiers { yaml.line("- " + Self.flow(tier), indent: indent + 2) }
    }
    if let batch = sheet.batch { put("batch", Self.flow(batch), indent) }
    changes("service_tiers", sheet.serviceTiers, indent)
    changes("regions", sheet.regions, indent)
    if !sheet.searchSizes.isEmpty {
      let sizes = sheet.searchSizes.sorted { $0.key < $1.key }
        .map { "\(Self.scalar($0.key)): \(RateText.text($0.value, .searches))" }
      put("searches_by_size", Self.flow(sizes), indent)
    }
    if !sheet.timesOfDay.isEmpty {
      put("time_of_day", "", indent)
      for time in sheet.timesOfDay { yaml.line("- " + Self.flow(time), indent: indent + 2) }
    }
    if let source = sheet.source, source != catalog.source {
      put("source", Self.scalar(source), indent)
    }
    if let checked = sheet.checked, checked != catalog.checked {
      put("checked", checked.description, indent)
    }
    if let assumption = sheet.assumption { put("assumption", Self.scalar(assumption), indent) }
  }

  private mutating func changes(
    _ key: String, _ changes: [String: PriceChange], _ indent: Int
  ) {
    guard !changes.isEmpty else { return }
    put(key, "", indent)
    for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
      put(Self.scalar(name), Self.flow(change), indent + 2)
    }
  }

  private static func flow(_ parts: [String]) -> String {
    "{" + parts.joined(separator: ", ") + "}"
  }

  private static func parts(_ rates: Rates) -> [String] {
    RateText.entries(rates).map { "\($0.key): \($0.price)" }
  }

  private static func flow(_ tier: ContextTier) -> String {
    flow(["\(tier.inclusive ? "from" : "above"): \(tier.threshold) tokens"] + parts(tier.rates))
  }

  private static func parts(_ change: PriceChange) -> [String] {
    var parts = parts(change.rates)
    if change.factor != .one {
      parts.append("factor: " + factor(change.factor))
    }
    if !change.contextTiers.isEmpty {
      parts.append("tiers: [" + change.contextTiers.map(flow).joined(separator: ", ") + "]")
    }
    return parts
  }

  private static func flow(_ change: PriceChange) -> String { flow(parts(change)) }

  private static func flow(_ time: TimeOfDayPrice) -> String {
    var parts: [String] = []
    if time.weekdays.count < 7 {
      let days = time.weekdays.sorted().map { CatalogFormat.weekdays[$0] }
      parts.append("days: [" + days.joined(separator: ", ") + "]")
    }
    parts += ["from: \"\(clock(time.from))\"", "to: \"\(clock(time.to))\""]
    return flow(parts + Self.parts(time.change))
  }

  // MARK: Scalars

  private static let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// Letters, digits and `. _ / ( ) -` and spaces.
  private static func isPlainByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte &- 0x30 < 10 || ". _/()-".utf8.contains(byte)
  }

  /// Plain where YAML reads it as the same text, else in quotes.
  private static func scalar(_ text: String) -> String {
    let bytes = text.utf8
    let isPlain =
      bytes.count > 1 && isLetter(bytes.first ?? 0) && bytes.allSatisfy(isPlainByte)
      && (isLetter(bytes.last ?? 0) || bytes.last.map { $0 &- 0x30 < 10 || $0 == 0x29 } == true)
    return isPlain && !Self.words.contains(text.lowercased()) ? text : QuotedText.quoted(text)
  }

  /// `0.5`; catalogs have at most 9 decimals.
  package static func factor(_ factor: Factor) -> String {
    DecimalText.trimmed(
      DecimalText.ratio(Int128(factor.numerator), Int128(factor.denominator), places: 9))
  }

  package static func moment(_ time: SimTime) -> String {
    let text = time.description
    return text.hasSuffix("T00:00:00Z") ? String(text.prefix(10)) : text
  }

  private static func duration(_ duration: SimDuration) -> String {
    let count = duration.microseconds
    return count % 1_000 == 0 ? "\(count / 1_000)ms" : "\(count)us"
  }

  /// `18:30`.
  package static func clock(_ time: SimDuration) -> String {
    let minutes = time.microseconds / 60_000_000
    return [minutes / 60, minutes % 60].map { ($0 < 10 ? "0" : "") + String($0) }
      .joined(separator: ":")
  }
}
