import Support

/// Lines of bills: which model and kind a text names, and what sort of charge it is.
extension RowDecoder {
  package func readCharge(_ record: RecordIndex, _ row: LogRow) throws(LogRow.Problem) {
    var charge = LogRow.Charge()
    row.project = text(.project, record)
    guard let amount = try decimal(.amount, record) else {
      throw problem(shape.columns[.amount]?.from.first ?? LogPath("amount"), "", "no amount")
    }
    charge.amount = amount
    charge.currency = text(.currency, record)?.uppercased() ?? ""
    charge.amountUSD = try dollars(charge, record)
    charge.product = text(.product, record) ?? ""
    name(record, &charge, row)
    if charge.category != "tax", charge.category != "credit",
      let quantity = try decimal(.quantity, record),
      quantity.digits != 0
    {
      charge.quantity = scaled(quantity, by: text(.unit, record) ?? "")
    }
    row.charge = charge
  }

  /// The credits within a row, each a charge of its own.
  package func credits(of row: LogRow) -> [LogRow] {
    guard let rule = rule(.credits), let list = index.first(of: rule.from)?.value else {
      return []
    }
    return list.elements.enumerated().map { place, element in
      let credit = LogRow(besides: row)
      var charge = row.charge ?? LogRow.Charge()
      credit.key += "#\(place + 1)"
      (charge.category, charge.kind, charge.quantity) = ("credit", "credit", nil)
      do throws(LogRow.Problem) {
        guard let text = element.child("amount")?.text, let amount = ExactDecimal(text) else {
          throw problem(path(rule.from[0]), "", "a credit without an amount")
        }
        charge.amount = amount
        charge.amountUSD = try dollars(charge, index)
      } catch {
        credit.problem = error
      }
      credit.charge = charge
      return credit
    }
  }

  package func decimal(
    _ column: LogColumn, _ record: RecordIndex
  ) throws(LogRow.Problem) -> ExactDecimal? {
    guard let (slot, value) = rule(column)?.first(in: record) else { return nil }
    let text = hasDecimalComma(record) ? value.text.replacing(",", with: ".") : value.text
    guard let number = ExactDecimal(text) else {
      throw problem(path(slot), value.text, "expected a number")
    }
    return number
  }

  private func dollars(
    _ charge: LogRow.Charge, _ record: RecordIndex
  ) throws(LogRow.Problem) -> ExactDecimal? {
    let rate =
      charge.currency == "USD" ? ExactDecimal(digits: 1, places: 0) : options.rates[charge.currency]
    guard let rate else { return nil }
    let places = 12 - (shape.columns[.amount]?.unit ?? .usd).places
    let (digits, overflow) = charge.amount.digits.multipliedReportingOverflow(by: rate.digits)
    guard !overflow else {
      throw problem(LogPath("amount"), charge.amount.plain, "is too large")
    }
    return ExactDecimal(digits: digits, places: charge.amount.places + rate.places + places)
      .rounded(toPlaces: 12)
  }

  /// Made once, not for each row.
  nonisolated(unsafe) private static let scale = /^\s*([0-9][0-9.,]*)\s*([KMB]?)\b/

  /// `1K`, `1M tokens`, `100 Hours`: how much one of it is, where that counts tokens.
  private func scaled(_ quantity: ExactDecimal, by unit: String) -> ExactDecimal {
    guard let match = unit.firstMatch(of: Self.scale),
      let number = ExactDecimal(match.output.1)
    else { return quantity }
    let power = ["K": 3, "M": 6, "B": 9][String(match.output.2)] ?? 0
    return ExactDecimal(
      digits: quantity.digits * number.digits, places: quantity.places + number.places - power)
  }

  // MARK: Names

  private func name(_ record: RecordIndex, _ charge: inout LogRow.Charge, _ row: LogRow) {
    let meterText = text(.meter, record) ?? ""
    let stated = text(.category, record) ?? "usage"
    let meter = options.tables.meter(meterText, provider: row.seller ?? "invoice")
    charge.category = category(stated, meter?.kind, text(.chargeClass, record))
    if let model = meter?.model {
      row.model = model
    } else {
      row.names = modelText(record, meterText).map { [$0] } ?? []
    }
    charge.kind = meter?.kind ?? unnamedKind(charge.category, record, meterText)
    let services = [meterText, charge.product, text(.service, record) ?? ""]
    charge.isOfOtherService =
      !shape.services.isEmpty && meter == nil
      && !services.contains { service in
        shape.services.contains { WildcardText($0).matches(service) }
      }
  }

  private func category(_ stated: String, _ kind: String?, _ chargeClass: String?) -> String {
    switch kind {
    case "tax": return "tax"
    case "discount", "credit": return "credit"
    case "fixed": return "purchase"
    default: break
    }
    if stated != "usage" { return stated }
    return chargeClass == "Correction" ? "correction" : "usage"
  }

  private func modelText(_ record: RecordIndex, _ meter: String) -> String? {
    if shape.columns[.model] != nil { return text(.model, record) }
    // A line item names the model in front of its comma.
    return meter.isEmpty ? nil : String(meter.prefix { $0 != "," })
  }

  private static let kinds: [(words: [String], kind: String)] = [
    (["cachewrite1h", "ephemeral1h"], "cache_write_long"),
    (["cachewrite", "cachecreation", "ephemeral5m"], "cache_write"),
    (["uncached"], "input"), (["cached", "cacheread"], "cache_read"), (["search"], "searches"),
    (["outp", "completion"], "output"), (["inp", "prompt"], "input"),
  ]

  private func unnamedKind(_ category: String, _ record: RecordIndex, _ meter: String) -> String {
    switch category {
    case "tax", "credit": return category
    case "purchase": return "fixed"
    default: break
    }
    let comma = meter.firstIndex(of: ",").map { String(meter[$0...]) }
    let words = (text(.kind, record) ?? comma ?? meter).lowercased().filter {
      !" _-".contains($0)
    }
    return Self.kinds.first { $0.words.contains(where: words.contains) }?.kind ?? ""
  }
}

extension ExactDecimal {
  /// In plain notation, without zeros at its end.
  package var plain: String {
    let sign = digits < 0 ? "-" : ""
    let text = String(digits.magnitude)
    guard places > 0 else { return sign + text }
    let padded = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// Half to even.
  package func rounded(toPlaces wanted: Int) -> ExactDecimal {
    guard places > wanted else { return self }
    var divisor: Int128 = 1
    for _ in 0..<min(36, places - wanted) { divisor *= 10 }
    let (quotient, rest) = digits.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
    let half = divisor.magnitude / 2
    let up = rest > half || (rest == half && quotient % 2 == 1)
    let result = Int128(quotient + (up ? 1 : 0))
    return ExactDecimal(digits: digits < 0 ? -result : result, places: wanted)
  }
}
