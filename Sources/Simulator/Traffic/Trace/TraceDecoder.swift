import CostModel

/// Turns the values of one row after the other into dense numbers.
struct TraceDecoder {
  typealias BadRow = TraceError.Row

  let plan: TracePlan
  private(set) var symbols = TraceSymbols()
  /// Rows that do not tell a column, by its place among all.
  private(set) var unknown: [Int64] = Array(repeating: 0, count: TraceColumn.allCases.count)

  private let slots: RowSlots
  private let decimalComma: Bool
  private var clock: TraceClock
  private var latencyClock: TraceClock
  private let sources: Sources
  private var modelCheck: ModelCheck?
  private var unknownInRow: UInt64 = 0

  /// Far above anything that a request can be: 10^15 tokens, or 31 years in microseconds.
  private static let maximumCount: Int64 = 1_000_000_000_000_000

  /// The plan's sources without a dictionary.
  private struct Sources {
    var all: [TracePlan.Source?]
    /// nil: a count.
    var units: [TraceUnit?]
    var latencyEnd: TracePlan.Source?
    var latencyFromArrival = false
    var attributes: [(attribute: Attribute, column: TraceColumn)] = []

    subscript(column: TraceColumn) -> TracePlan.Source? { all[column.rawValue] }
  }

  init(plan: TracePlan, options: TraceOptions, decimalComma: Bool) {
    self.plan = plan
    self.decimalComma = decimalComma
    modelCheck = options.modelCheck
    slots = RowSlots(plan: plan)
    var sources = Sources(
      all: TraceColumn.allCases.map { plan.sources[$0] },
      units: TraceColumn.allCases.map { column in
        column.units.isEmpty ? nil : plan.format.columns[column]?.unit ?? column.standardUnit
      })
    sources.latencyEnd = plan.ends[.latencyMs]
    sources.latencyFromArrival =
      plan.sources[.latencyMs]?.slots == plan.sources[.timestamp]?.slots
    sources.attributes = TraceColumn.allCases.compactMap { column in
      plan.sources[column] == nil ? nil : column.attribute.map { ($0, column) }
    }
    self.sources = sources
    let unit = plan.format.columns[.timestamp]?.unit ?? .auto
    func clock(_ unit: TraceUnit) -> TraceClock {
      TraceClock(
        unit: unit, zone: options.timeZone,
        origin: plan.format.isRelative ? options.origin.microseconds : nil,
        decimalComma: decimalComma)
    }
    self.clock = clock(unit)
    latencyClock = clock(plan.format.columns[.latencyMs]?.unit ?? unit)
  }

  var usedTimeZone: Bool { clock.usedZone }

  // MARK: Rows

  /// Adds a CSV row to the batch; false if the format leaves it out.
  mutating func decode(
    _ fields: FieldList, number: Int64, into batch: inout TraceBatch
  ) throws(BadRow) -> Bool {
    guard fields.count == plan.fieldCount else {
      throw BadRow(
        number: number, column: "",
        problem: "\(fields.count) fields, expected \(plan.fieldCount) as in the header")
    }
    do throws(JSONScanner.Problem) {
      try slots.fill(fields)
    } catch {
      throw BadRow(number: number, column: "", problem: error.message)
    }
    return try decode(number, into: &batch)
  }

  /// Adds a line that holds a JSON object.
  mutating func decode(
    line: Bytes, number: Int64, into batch: inout TraceBatch
  ) throws(BadRow) -> Bool {
    do throws(JSONScanner.Problem) {
      try slots.fill(line: line)
    } catch {
      throw BadRow(number: number, column: "", problem: error.message)
    }
    return try decode(number, into: &batch)
  }

  private mutating func decode(
    _ number: Int64, into batch: inout TraceBatch
  ) throws(BadRow) -> Bool {
    for filter in plan.filters where !slots.passes(filter) { return false }
    unknownInRow = 0
    var row = TraceRow(time: 0, number: number)
    row.time = try time(number)
    try readQuantities(&row)
    try readOutcome(&row)
    try readNames(&row)
    if let problem = modelCheck?.problem(row, symbols) { throw bad(number, .model, problem) }
    try readBlocks(&row, into: &batch)
    batch.rows.append(row)
    while unknownInRow != 0 {
      unknown[unknownInRow.trailingZeroBitCount] += 1
      unknownInRow &= unknownInRow - 1
    }
    return true
  }

  /// nil, and noted, where the row does not tell the column.
  @inline(__always)
  private mutating func value(_ column: TraceColumn) -> Bytes? {
    guard let source = sources.all[column.rawValue] else { return nil }
    let value = slots.value(source)
    if !value.isEmpty { return value }
    unknownInRow |= 1 << UInt64(column.rawValue)
    return nil
  }

  private func bad(_ number: Int64, _ column: TraceColumn, _ problem: String) -> BadRow {
    BadRow(number: number, column: sources[column]?.label ?? column.name, problem: problem)
  }

  // MARK: Times

  private mutating func time(_ number: Int64) throws(BadRow) -> Int64 {
    guard let bytes = value(.timestamp) else { throw bad(number, .timestamp, "no timestamp") }
    do throws(TraceClock.Problem) {
      return try clock.microseconds(bytes)
    } catch {
      throw bad(number, .timestamp, error.message(bytes))
    }
  }

  private mutating func latency(_ row: TraceRow) throws(BadRow) -> Int64 {
    guard let end = sources.latencyEnd else {
      return try quantity(.latencyMs, row.number)
    }
    let endBytes = slots.value(end)
    guard let start = value(.latencyMs), !endBytes.isEmpty else {
      unknownInRow |= 1 << UInt64(TraceColumn.latencyMs.rawValue)
      return -1
    }
    do throws(TraceClock.Problem) {
      let from =
        sources.latencyFromArrival ? row.time : try latencyClock.microseconds(start)
      let latency = try latencyClock.microseconds(endBytes) - from
      if latency >= 0 { return latency }
    } catch {
      throw BadRow(number: row.number, column: end.label, problem: error.message(endBytes))
    }
    throw BadRow(number: row.number, column: end.label, problem: "ends before it begins")
  }

  // MARK: Numbers

  private mutating func quantity(
    _ column: TraceColumn, _ number: Int64
  ) throws(BadRow) -> Int64 {
    guard let bytes = value(column) else { return -1 }
    let unit = sources.units[column.rawValue]
    if unit == nil, let small = Self.smallNumber(bytes) { return small }
    return try decimal(bytes, column, number, unit)
  }

  /// Up to fifteen digits and nothing else.
  @inline(__always)
  private static func smallNumber(_ bytes: Bytes) -> Int64? {
    guard bytes.count <= 15 else { return nil }
    var value: Int64 = 0
    for byte in bytes {
      let digit = byte &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return value
  }

  private func decimal(
    _ bytes: Bytes, _ column: TraceColumn, _ number: Int64, _ unit: TraceUnit?
  ) throws(BadRow) -> Int64 {
    let isCount = unit == nil
    guard let decimal = TraceDecimal(bytes, decimalComma: decimalComma) else {
      let expected = isCount ? "a whole number" : "a number"
      throw bad(number, column, "expected \(expected), not \(bytes.shown)")
    }
    if decimal.isNegative {
      throw bad(number, column, "must not be negative, as \(bytes.shown) is")
    }
    do throws(TraceDecimal.Problem) {
      let rounding: TraceDecimal.Rounding =
        isCount ? .exact : column == .costUSD ? .halfEven : .down
      let value = try decimal.scaled(by: unit?.places ?? 0, rounding)
      if column != .costUSD, value > Self.maximumCount { throw TraceDecimal.Problem.tooLarge }
      return value
    } catch {
      throw bad(
        number, column,
        error == .fraction
          ? "expected a whole number, not \(bytes.shown)" : "\(bytes.shown) is too large")
    }
  }

  private mutating func readQuantities(_ row: inout TraceRow) throws(BadRow) {
    let number = row.number
    row.input = try quantity(.inputTokens, number)
    row.cached = try quantity(.cachedInputTokens, number)
    row.cacheWrite = try quantity(.cacheWriteTokens, number)
    row.output = try quantity(.outputTokens, number)
    row.reasoning = try quantity(.reasoningTokens, number)
    row.maxTokens = try quantity(.maxTokens, number)
    row.images = try quantity(.images, number)
    row.audio = try quantity(.audioSeconds, number)
    let parts = max(0, row.cached) + max(0, row.cacheWrite)
    if plan.format.cached == .beside {
      row.input = Self.sum(row.input, row.cached, row.cacheWrite)
    } else if parts > max(0, row.input) {
      let input = row.input < 0 ? "an input that is not told" : "the input of \(row.input)"
      throw bad(
        number, row.cached > 0 ? .cachedInputTokens : .cacheWriteTokens,
        "\(parts) cached and written tokens are more than \(input) "
          + "(a format says 'cached: beside' where they do not count as input)")
    }
    if plan.format.reasoning == .beside {
      row.output = Self.sum(row.output, row.reasoning, -1)
    } else if row.reasoning > max(0, row.output) {
      let output = row.output < 0 ? "an output that is not told" : "the output of \(row.output)"
      throw bad(
        number, .reasoningTokens,
        "\(row.reasoning) reasoning tokens are more than \(output) "
          + "(a format says 'reasoning: beside' where they do not count as output)")
    }
  }

  /// The sum of what is known; −1 if nothing is.
  private static func sum(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
    a < 0 && b < 0 && c < 0 ? -1 : max(0, a) + max(0, b) + max(0, c)
  }

  // MARK: The rest

  private mutating func readOutcome(_ row: inout TraceRow) throws(BadRow) {
    row.latency = try latency(row)
    row.cost = try quantity(.costUSD, row.number)
    if let status = value(.status) { row.status = Self.isSuccess(status) ? .ok : .failed }
  }

  /// `ok`, `success` and 2xx, also written `200.0` (docs/semantics.md, "Outcome and latency").
  private static func isSuccess(_ status: Bytes) -> Bool {
    if status.elementsEqual("ok".utf8) || status.elementsEqual("success".utf8) { return true }
    guard let code = TraceDecimal(status), let whole = try? code.scaled(by: 0, .exact) else {
      return false
    }
    return (200..<300).contains(whole)
  }

  private mutating func readNames(_ row: inout TraceRow) throws(BadRow) {
    if let prompt = value(.prompt) { row.prompt = ByteKey.key(prompt) }
    if let session = value(.session) { row.session = ByteKey.key(session) }
    if let name = value(.user) {
      guard let id = symbols.user(name) else { throw bad(row.number, .user, "not UTF-8") }
      row.user = id
    }
    if let name = value(.model) {
      guard let id = symbols.model(name) else { throw bad(row.number, .model, "not UTF-8") }
      row.model = id
    }
    symbols.beginKind()
    for (attribute, column) in sources.attributes {
      guard let value = value(column) else { continue }
      guard symbols.set(attribute, value) else { throw bad(row.number, column, "not UTF-8") }
    }
    row.kind = symbols.kind()
  }

  /// `[1, 2, 3]`, or ids with spaces, commas or semicolons between.
  private mutating func readBlocks(
    _ row: inout TraceRow, into batch: inout TraceBatch
  ) throws(BadRow) {
    let size = try quantity(.blockSize, row.number)
    guard size <= Int64(Int32.max) else {
      throw bad(row.number, .blockSize, "a block of \(size) tokens is too large")
    }
    row.blockSize = Int32(max(0, size))
    guard let list = value(.prefixBlocks) else { return }
    if row.blockSize == 0 {
      throw bad(row.number, .prefixBlocks, "prefix blocks without a block_size")
    }
    row.firstBlock = Int64(batch.blocks.count)
    var start: Int?
    for (index, byte) in list.enumerated() {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ";"), 0x20,
        UInt8(ascii: "\""), 0x09:
        if let first = start {
          batch.blocks.append(ByteKey.key(Bytes(rebasing: list[first..<index])))
        }
        start = nil
      default: if start == nil { start = index }
      }
    }
    if let first = start { batch.blocks.append(ByteKey.key(Bytes(rebasing: list[first...]))) }
    row.blockCount = Int32(batch.blocks.count - Int(row.firstBlock))
  }
}

extension Bytes {
  /// For messages: the text in quotes, shortened.
  var shown: String {
    let text = String(decoding: prefix(60), as: UTF8.self)
    let clean = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    return "'" + String(clean) + (count > 60 ? "…'" : "'")
  }
}

extension TraceClock.Problem {
  func message(_ bytes: Bytes) -> String {
    switch self {
    case .notATime: "expected a time like 2025-11-01T09:00:00Z, not \(bytes.shown)"
    case .noNumber: "expected a time as a number, not \(bytes.shown)"
    case .noOffset: "\(bytes.shown) has no offset, expected one like Z or +02:00"
    case .outOfRange: "\(bytes.shown) is out of range, expected 1970 to 2200"
    }
  }
}
