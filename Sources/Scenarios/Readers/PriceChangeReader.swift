import CostModel
import Support

/// Reads `price_changes`: factors on a catalog's prices for some time.
package struct PriceChangeReader {
  package let log: InputLog
  package let models: ModelNames
  package let local: LocalTime

  /// The catalog with the change applied; as it was where something is wrong.
  package func apply(_ node: YAMLNode, to catalog: inout Catalog) {
    guard let fields = Fields(node, as: ScenarioFormat.priceChange, log: log),
      let factor = fields["factor"].flatMap(PriceSheetReader(log: log).factor),
      let span = span(fields)
    else { return }
    let named = fields["models"].map { log.texts($0) }
    let ids =
      named.map { $0.flatMap { models.ids($0.text, at: $0.place) } }
      ?? catalog.models.indices.map { ModelID(UInt16($0)) }
    for id in ids {
      guard
        let changed = Self.changed(
          catalog[id].prices, by: factor, of: dimensions(fields), in: span)
      else {
        log.add(fields.place, "'\(catalog[id].name)' has a price too fine for this factor")
        return
      }
      catalog[id].prices = changed
    }
  }

  /// Those that `only` lists; nil: every price.
  private func dimensions(_ fields: Fields) -> Set<BillingDimension>? {
    guard let node = fields["only"] else { return nil }
    let rates = CatalogFormat.rates
    return Set(
      log.texts(node).compactMap { name, place in
        guard let rate = rates.first(where: { $0.key == name }) else {
          log.unknown("price", name, at: place, among: rates.map(\.key))
          return nil
        }
        return rate.dimension
      })
  }

  private func span(_ fields: Fields) -> Period.Span? {
    if fields.has("from"), fields.has("to") || fields.has("for") { return fields.window(local) }
    if let other = fields["for"] ?? fields["to"] {
      log.add(other.place, "a price change that ends needs 'from'")
      return nil
    }
    let start = fields["from"].map { log.moment($0, local: local.moment) } ?? .distantPast
    return start.map { Period.Span(start: $0, end: .distantFuture) }
  }

  /// Price sheets cut at the ends of the span, those inside multiplied; nil where a price does not
  /// fit then.
  private static func changed(
    _ sheets: [PriceSheet], by factor: Factor, of dimensions: Set<BillingDimension>?,
    in span: Period.Span
  ) -> [PriceSheet]? {
    let first = sheets.first?.effectiveFrom ?? .distantFuture
    let ends = [span.start, span.end].filter { $0 > first && $0 < .distantFuture }
    var result: [PriceSheet] = []
    for moment in Set(sheets.map(\.effectiveFrom) + ends).sorted() {
      guard var sheet = sheets.last(where: { $0.effectiveFrom <= moment }) else { continue }
      sheet.effectiveFrom = moment
      if span.start <= moment, moment < span.end {
        guard sheet.multiply(by: factor, dimensions) else { return nil }
      }
      result.append(sheet)
    }
    return result
  }
}

extension PriceSheet {
  /// Every price (or those of some dimensions) times the factor; false where one does not fit.
  fileprivate mutating func multiply(
    by factor: Factor, _ dimensions: Set<BillingDimension>?
  ) -> Bool {
    guard let listed = dimensions else {
      guard let scaled = scaled(by: factor) else { return false }
      self = scaled
      return true
    }
    var fits = rates.multiply(by: factor, listed)
    for i in contextTiers.indices {
      fits = contextTiers[i].rates.multiply(by: factor, listed) && fits
    }
    for i in timesOfDay.indices {
      fits = timesOfDay[i].change.multiply(by: factor, listed) && fits
    }
    for key in serviceTiers.keys {
      fits = serviceTiers[key]?.multiply(by: factor, listed) == true && fits
    }
    for key in regions.keys {
      fits = regions[key]?.multiply(by: factor, listed) == true && fits
    }
    for (size, rate) in searchSizes where listed.contains(.searches) {
      searchSizes[size] = Rate(rate, times: factor)
      fits = searchSizes[size] != nil && fits
    }
    if batch != nil { fits = batch?.multiply(by: factor, listed) == true && fits }
    return fits
  }
}

extension PriceChange {
  fileprivate mutating func multiply(
    by factor: Factor, _ dimensions: Set<BillingDimension>
  ) -> Bool {
    var fits = rates.multiply(by: factor, dimensions)
    for i in contextTiers.indices {
      fits = contextTiers[i].rates.multiply(by: factor, dimensions) && fits
    }
    return fits
  }
}

extension Rates {
  fileprivate mutating func multiply(
    by factor: Factor, _ dimensions: Set<BillingDimension>
  ) -> Bool {
    for dimension in dimensions {
      if let share = share(of: dimension), let parent = dimension.parent {
        // Where the parent changes as well, the share of it stays what it was.
        guard !dimensions.contains(parent) else { continue }
        guard let scaled = share.times(factor) else { return false }
        setShare(scaled, of: dimension)
      }
      guard let rate = self[dimension] else { continue }
      guard let scaled = Rate(rate, times: factor) else { return false }
      self[dimension] = scaled
    }
    return true
  }
}

extension Rate {
  /// Exact, in lowest terms; nil where that does not fit 64 bits.
  fileprivate init?(_ rate: Rate, times factor: Factor) {
    let top = Int128(rate.picodollars) * Int128(factor.numerator)
    let bottom = Int128(rate.per) * Int128(factor.denominator)
    var (divisor, rest) = (bottom, top)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    guard let picodollars = Int64(exactly: top / divisor),
      let per = Int64(exactly: bottom / divisor)
    else { return nil }
    self.init(picodollars: picodollars, per: per)
  }
}
