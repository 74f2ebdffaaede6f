import COpenSSL
import CostModel
import Support

/// The tables that `read` writes.
package struct LogTables {
  package let reading: LogReading
  /// Further columns.
  package var also: [String] = []
  package var pseudonyms: Pseudonyms?
  package var dialect = CSVDialect.rfc4180

  package init(
    reading: LogReading, also: [String] = [], pseudonyms: Pseudonyms? = nil,
    dialect: CSVDialect = CSVDialect.rfc4180
  ) {
    self.reading = reading
    self.also = also
    self.pseudonyms = pseudonyms
    self.dialect = dialect
  }

  private static let quantities = LogQuantity.allCases.filter { !$0.isWrittenWhereTold }
    .map(\.rawValue)
  package static let columns: [LogShape.Rows: [String]] = [
    .requests: [
      "key", "timestamp", "account", "session", "model", "provider", "batch", "service_tier",
      "region", "calls",
    ] + quantities + ["status", "latency_ms", "logged_cost_usd", "billing", "cost_usd"],
    .buckets: [
      "key", "timestamp", "period_end", "project", "model", "provider", "batch", "service_tier",
      "region", "calls",
    ] + quantities + ["billing", "cost_low_usd", "cost_high_usd"],
    .charges: [
      "key", "period_start", "period_end", "provider", "model", "kind", "category", "quantity",
      "project", "amount", "currency", "amount_usd",
    ],
  ]

  package func table(_ kind: LogShape.Rows) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect, isGuarded: false)
    let rows = reading.rows(kind)
    let told = LogQuantity.allCases.filter { quantity in
      quantity.isWrittenWhereTold && rows.contains { $0[quantity] > 0 }
    }.map(\.rawValue)
    let columns =
      (Self.columns[kind] ?? []) + told
      + (kind == .requests ? also.filter { !told.contains($0) } : [])
    for column in columns { writer.text(column) }
    writer.endRow()
    for row in rows {
      let values = values(row, kind)
      for column in columns { Self.write(values[column] ?? "", to: &writer) }
      writer.endRow()
    }
    return writer.bytes
  }

  private static func write(_ value: String, to writer: inout CSVWriter) {
    value.isEmpty ? writer.unknown() : writer.text(value)
  }

  private func values(_ row: LogRow, _ kind: LogShape.Rows) -> [String: String] {
    var values = Dictionary(row.others, uniquingKeysWith: { first, _ in first })
    values["key"] = named(row.key)
    values["model"] = row.modelName
    values["provider"] = row.provider
    values["project"] = row.project
    switch kind {
    case .charges: charge(row, &values)
    case .buckets:
      usage(row, &values)
      values["timestamp"] = row.time.map(Self.time)
      values["period_end"] = row.end.map(Self.time)
      values["cost_low_usd"] = row.cost.map(Self.money)
      values["cost_high_usd"] = row.costHigh.map(Self.money)
    case .requests:
      usage(row, &values)
      values["timestamp"] = row.time.map(Self.time)
      values["account"] = row.account.map(named)
      values["session"] = row.session.map(named)
      values["prompt"] = row.prompt.map(named)
      values["requested_model"] = row.asked
      values["status"] = row.hasFailed ? "failed" : "ok"
      values["latency_ms"] = row.latency.map(Self.milliseconds)
      values["logged_cost_usd"] = row.logged.map { ExactDecimal(digits: $0, places: 12).plain }
      if row.cost == row.costHigh { values["cost_usd"] = row.cost.map(Self.money) }
    }
    return values
  }

  private func usage(_ row: LogRow, _ values: inout [String: String]) {
    values["batch"] = row.batch ? "true" : nil
    values["service_tier"] = row.tier
    values["region"] = row.region
    values["calls"] = row.calls.map(String.init)
    values["billing"] = row.billing.rawValue
    for quantity in LogQuantity.allCases {
      let amount = row[quantity]
      let isWhole = quantity == .inputTokens || quantity == .outputTokens
      guard amount > 0 || (amount == 0 && isWhole && row.billing != .noUsage) else {
        continue
      }
      values[quantity.rawValue] = quantity.plain(amount)
    }
  }

  private func charge(_ row: LogRow, _ values: inout [String: String]) {
    guard let charge = row.charge else { return }
    values["period_start"] = row.time.map(Self.time)
    values["period_end"] = row.end.map(Self.time)
    values["kind"] = charge.kind
    values["category"] = charge.category
    values["quantity"] = charge.quantity?.plain
    values["amount"] = charge.amount.plain
    values["currency"] = charge.currency
    values["amount_usd"] = charge.amountUSD?.plain
  }

  private func named(_ text: String) -> String { pseudonyms?.name(text) ?? text }

  /// RFC 3339 in UTC, without zeros at the end of its fraction.
  package static func time(_ microseconds: Int64) -> String {
    let text = SimTime(microseconds: microseconds - microseconds.remainder(1_000_000)).description
    let fraction = microseconds.remainder(1_000_000)
    guard fraction > 0 else { return text }
    var digits = String(fraction + 1_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(text.dropLast()).\(digits)Z"
  }

  /// Microseconds as milliseconds.
  static func milliseconds(_ microseconds: Int64) -> String {
    microseconds % 1_000 == 0
      ? String(microseconds / 1_000) : ExactDecimal(digits: Int128(microseconds), places: 3).plain
  }

  package static func money(_ sum: MoneySum) -> String {
    ExactDecimal(digits: sum.picodollars, places: 12).plain
  }

  // MARK: What was left out

  package func leftOut() -> [UInt8] {
    var writer = CSVWriter(dialect: dialect, isGuarded: false)
    let hasFiles = reading.files.count > 1
    for column in (hasFiles ? ["file"] : []) + ["row", "key", "reason"] { writer.text(column) }
    writer.endRow()
    for left in reading.leftOut {
      if hasFiles { writer.text(reading.files[left.file].name) }
      writer.integer(Int64(left.record))
      Self.write(named(left.key), to: &writer)
      writer.text(left.reason.rawValue)
      writer.endRow()
    }
    return writer.bytes
  }

  /// Records that are wrong in themselves, byte by byte.
  package func rejected() -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = CSVWriter(isGuarded: false)
    let bad = reading.leftOut.filter { !$0.source.isEmpty }
    if !reading.columns.isEmpty {
      for name in reading.columns { writer.verbatim(Array(name.utf8)) }
      writer.endRow()
    }
    for left in bad {
      if left.source.count == 1, left.source[0].first == UInt8(ascii: "{") {
        bytes += left.source[0] + [0x0A]
      } else {
        for field in left.source { writer.verbatim(field) }
        writer.endRow()
      }
    }
    return writer.bytes + bytes
  }

  package func rejectedReasons() -> [UInt8] {
    var writer = CSVWriter(isGuarded: false)
    for column in ["file", "record", "identity", "reason", "column", "value"] {
      writer.text(column)
    }
    writer.endRow()
    for left in reading.leftOut {
      guard let problem = left.problem else { continue }
      writer.text(reading.files[left.file].name.split(separator: "/").last.map(String.init) ?? "")
      writer.integer(Int64(left.record))
      Self.write(named(left.key), to: &writer)
      writer.text(problem.reason.rawValue)
      Self.write(problem.column, to: &writer)
      Self.write(String(problem.value.prefix(200)), to: &writer)
      writer.endRow()
    }
    return writer.bytes
  }
}

extension Int64 {
  fileprivate func remainder(_ divisor: Int64) -> Int64 {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}

/// Names that tell nobody whose they are: the first 16 hexadecimal digits of HMAC-SHA-256 with a key.
package struct Pseudonyms {
  private let key: [UInt8]

  package init(key: [UInt8]) { self.key = key }

  package func name(_ text: String) -> String {
    guard !text.isEmpty else { return "" }
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let bytes = Array(text.utf8)
    HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &digest, &length)
    return digest.prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
