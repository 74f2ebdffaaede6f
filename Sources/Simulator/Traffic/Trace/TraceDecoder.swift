import CostModel
import Support

/// Turns the values of one row after the other into dense numbers.
package struct TraceDecoder {
  package typealias BadRow = TraceError.Row

  package let plan: TracePlan
  /// What has been read since somebody took it last.
  package var piece = TracePiece()

  package let slots: RowSlots
  package let decimalComma: Bool
  private let keepsRejected: Bool
  package var clock: TraceClock
  private var latencyClock: TraceClock
  package let sources: Sources
  package var modelCheck: ModelCheck?
  /// Users that have been met in earlier pieces, under their numbers in the whole log.
  package var known = SymbolTable()
  /// By column: `RowSlots.fields`, and what a small whole number in it is multiplied by.
  package let fieldOf: UnsafeMutablePointer<Int>
  package let factors: UnsafeMutablePointer<Int64>
  /// A bit for each column whose values can be looked up as they stand.
  package let plainNames: UInt64
  /// Numbers of models met in this piece, and of kinds that one attribute tells.
  package let models = NameMemo()
  package let kinds = NameMemo()
  /// Whether rows are taken as they come: no filters, no JSON within fields, nothing that has to be
  /// read row by row.
  package let isPlain: Bool
  /// A bit for each column that the row at hand does not tell.
  package var unknownInRow: UInt64 = 0
  /// The status of the row at hand, where it is a word that is not known.
  private var unknownStatus: String?

  /// Far above anything that a request can be: 10^15 tokens, or 31 years in microseconds.
  private static let maximumCount: Int64 = 1_000_000_000_000_000
  /// The place of a latency's end among the values of a row, behind the columns.
  private static let latencyEnd = TraceColumn.allCases.count

  /// The plan's sources without a dictionary.
  package struct Sources {
    /// A bit for each column that has one.
    package var present: UInt64 = 0
    /// nil: a count.
    package var units: [TraceUnit?]
    package var latencyEnd: TracePlan.Source?
    package var latencyFromArrival = false
    package var attributes: [(attribute: Attribute, column: TraceColumn)] = []

    package init(_ plan: TracePlan) {
      units = TraceColumn.allCases.map { column in
        column.units.isEmpty ? nil : plan.format.columns[column]?.unit ?? column.standardUnit
      }
      latencyEnd = plan.ends[.latencyMs]
      latencyFromArrival =
        plan.sources[.latencyMs]?.slots == plan.sources[.timestamp]?.slots
      for column in TraceColumn.allCases where plan.sources[column] != nil {
        present |= column.bit
        if let attribute = column.attribute { attributes.append((attribute, column)) }
      }
    }
  }

  package init(plan: TracePlan, options: TraceOptions, decimalComma: Bool) {
    self.plan = plan
    self.decimalComma = decimalComma
    keepsRejected = options.onRejected != nil
    modelCheck = options.modelCheck
    modelCheck?.isGuarded = plan.isGuarded
    sources = Sources(plan)
    slots = RowSlots(
      plan: plan,
      sources: TraceColumn.allCases.map { plan.sources[$0] } + [sources.latencyEnd]
        + plan.filters.map(\.source),
      factors: sources.units.map { unit in
        unit.map { $0 == .s ? 1_000_000 : $0 == .ms ? 1_000 : $0 == .us ? 1 : 0 } ?? 1
      })
    (fieldOf, factors) = (slots.fields, slots.factors)
    let (areOrdinary, fields) = (slots.areConstantsOrdinary, slots.fields)
    plainNames = TraceColumn.allCases.reduce(0) { bits, column in
      areOrdinary && fields[column.rawValue] >= 0 ? bits | column.bit : bits
    }
    isPlain =
      plan.filters.isEmpty && plan.jsonFields.isEmpty && sources.present & Self.quality == 0
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

  /// Hands over what has been read and begins anew with a piece that is done with.
  package mutating func hand(over other: inout TracePiece) {
    piece.usedZone = clock.usedZone
    clock.usedZone = false
    swap(&piece, &other)
    forget()
  }

  /// Begins anew.
  package mutating func forget() {
    piece.removeAll()
    modelCheck?.forgetNames()
    models.forget()
    kinds.forget()
  }

  // MARK: Rows

  /// Adds a CSV row to the piece, or what is wrong with it.
  package mutating func add(_ fields: FieldList) {
    var row = TraceRecord()
    let blocks = begin(&row)
    do throws(BadRow) {
      try checkCount(fields, row.number)
      if !isPlain, try !prepare(fields, row.number) { return }
      try readValues(fields, &row)
      append(row)
    } catch {
      reject(error, blocks) { (0..<fields.count).map { Array(fields[$0]) } }
    }
  }

  /// Adds a line that holds a JSON object.
  package mutating func add(line: Bytes) {
    var row = TraceRecord()
    let blocks = begin(&row)
    do throws(BadRow) {
      do throws(JSONScanner.Problem) {
        try slots.fill(line: line)
      } catch {
        throw BadRow(number: row.number, column: "", problem: error.message)
      }
      guard passes(slots.noFields) else { return }
      try readValues(slots.noFields, &row)
      append(row)
    } catch {
      reject(error, blocks) { [Array(line)] }
    }
  }

  private mutating func append(_ row: TraceRecord) {
    piece.batch.rows.append(row.row)
    if tellsParts { piece.batch.parts.append(row.parts) }
  }

  /// Numbers a row; returns how many prefix blocks there are before it.
  @inline(__always)
  private mutating func begin(_ row: inout TraceRecord) -> Int {
    piece.count &+= 1
    row.number = piece.count
    return piece.batch.blocks.count
  }

  @inline(never)
  private mutating func reject(_ bad: BadRow, _ blocks: Int, fields: () -> [[UInt8]]) {
    piece.batch.blocks.removeSubrange(blocks...)
    piece.rejected.append(RejectedRow(row: bad, fields: keepsRejected ? fields() : []))
  }

  @inline(__always)
  private func checkCount(_ fields: FieldList, _ number: Int64) throws(BadRow) {
    if fields.count == plan.fieldCount { return }
    throw BadRow(
      number: number, column: "",
      problem: "\(fields.count) fields, expected \(plan.fieldCount) as in the header")
  }

  /// Reads the JSON within a row's fields; false if the format leaves the row out.
  private mutating func prepare(_ fields: FieldList, _ number: Int64) throws(BadRow) -> Bool {
    if !plan.jsonFields.isEmpty {
      do throws(JSONScanner.Problem) {
        try slots.fill(fields)
      } catch {
        throw BadRow(number: number, column: "", problem: error.message)
      }
    }
    return passes(fields)
  }

  @inline(__always)
  private mutating func readValues(
    _ fields: FieldList, _ row: inout TraceRecord
  ) throws(BadRow) {
    (unknownInRow, unknownStatus) = (0, nil)
    row.time = try time(fields, row.number)
    try readQuantities(&row, fields)
    try readOutcome(&row, fields)
    try readNames(&row, fields)
    if let problem = modelCheck?.problem(row.row, piece.symbols) {
      throw bad(row.number, .model, problem)
    }
    if sources.present & Self.quality != 0 { try readQuality(&row, fields) }
    if has(.blockSize) || has(.prefixBlocks) { try readBlocks(&row, fields) }
    if has(.number) { row.number = try quantity(.number, fields, row.number) }
    piece.count(row)
    noteStatus()
    noteUnknown()
  }

  /// Counts what the row at hand does not tell.
  @inline(__always)
  package mutating func noteUnknown() {
    while unknownInRow != 0 {
      piece.unknown[unknownInRow.trailingZeroBitCount] += 1
      unknownInRow &= unknownInRow - 1
    }
  }

  /// Whether the row is a request, counting those that are not.
  private mutating func passes(_ fields: FieldList) -> Bool {
    let passes = plan.filters.indices.allSatisfy { index in
      slots.isAmong(plan.filters[index].values, Self.latencyEnd + 1 + index, fields)
    }
    if !passes { piece.filtered += 1 }
    return passes
  }

  /// Whether the log may tell any of `TraceParts`.
  package var tellsParts: Bool { sources.present & Self.beyondRows != 0 }

  @inline(__always)
  package func has(_ column: TraceColumn) -> Bool { sources.present & column.bit != 0 }

  /// nil, and noted, where the row does not tell the column.
  @inline(__always)
  package mutating func value(_ column: TraceColumn, _ fields: FieldList) -> Bytes? {
    guard has(column) else { return nil }
    let value = slots.value(column.rawValue, fields)
    if value.count > 0 { return value }
    unknownInRow |= column.bit
    return nil
  }

  @inline(never)
  package func bad(_ number: Int64, _ column: TraceColumn, _ problem: String) -> BadRow {
    BadRow(number: number, column: plan.sources[column]?.label ?? column.name, problem: problem)
  }

  // MARK: Times

  @inline(__always)
  private mutating func time(_ row: FieldList, _ number: Int64) throws(BadRow) -> Int64 {
    let field = fieldOf[TraceColumn.timestamp.rawValue]
    if field >= 0 {
      let (base, count) = row.bytes(field)
      if let time = clock.timeOfKnownDay(base, count) { return time }
    }
    return try anyTime(row, number)
  }

  @inline(never)
  package mutating func anyTime(_ fields: FieldList, _ number: Int64) throws(BadRow) -> Int64 {
    guard let bytes = value(.timestamp, fields) else {
      throw bad(number, .timestamp, "no timestamp")
    }
    do throws(TraceClock.Problem) {
      return try clock.microseconds(bytes)
    } catch {
      throw bad(number, .timestamp, error.message(bytes))
    }
  }

  /// From one time in the row to another.
  package mutating func latency(
    until end: TracePlan.Source, _ row: TraceRow, _ fields: FieldList
  ) throws(BadRow) -> Int64 {
    let endBytes = slots.value(Self.latencyEnd, fields)
    guard let start = value(.latencyMs, fields), !endBytes.isEmpty else {
      unknownInRow |= TraceColumn.latencyMs.bit
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

  /// A column that the log has; −1 where the row does not tell it.
  @inline(__always)
  package mutating func quantity(
    _ column: TraceColumn, _ row: FieldList, _ number: Int64
  ) throws(BadRow) -> Int64 {
    let small = smallNumber(column, row)
    if small >= 0 { return small &* factors[column.rawValue] }
    return try anyQuantity(column, row, number)
  }

  /// Up to eight digits in a field of their own that need no decimals; −1 for everything else.
  @inline(__always)
  private func smallNumber(_ column: TraceColumn, _ row: FieldList) -> Int64 {
    let field = numberField(column)
    guard field >= 0 else { return -1 }
    let (base, count) = row.bytes(field)
    return Digits.number(base, count)
  }

  /// The field whose small whole numbers are a column's but for a factor; −1 if there is none.
  @inline(__always)
  package func numberField(_ column: TraceColumn) -> Int {
    factors[column.rawValue] > 0 ? fieldOf[column.rawValue] : -1
  }

  @inline(never)
  package mutating func anyQuantity(
    _ column: TraceColumn, _ row: FieldList, _ number: Int64
  ) throws(BadRow) -> Int64 {
    guard let bytes = value(column, row) else { return -1 }
    return try decimal(bytes, column, number)
  }

  private func decimal(
    _ bytes: Bytes, _ column: TraceColumn, _ number: Int64
  ) throws(BadRow) -> Int64 {
    let unit = sources.units[column.rawValue]
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

  @inline(__always)
  private mutating func readQuantities(
    _ row: inout TraceRecord, _ fields: FieldList
  ) throws(BadRow) {
    if has(.inputTokens) { row.input = try quantity(.inputTokens, fields, row.number) }
    if sources.present & Self.parts != 0 {
      try readParts(&row, fields)
    } else if has(.outputTokens) {
      row.output = try quantity(.outputTokens, fields, row.number)
    }
  }

  // MARK: Outcome

  @inline(__always)
  private mutating func readOutcome(
    _ row: inout TraceRecord, _ fields: FieldList
  ) throws(BadRow) {
    if let end = sources.latencyEnd {
      row.latency = try latency(until: end, row.row, fields)
    } else if has(.latencyMs) {
      row.latency = try quantity(.latencyMs, fields, row.number)
    }
    if has(.costUSD) { row.cost = try quantity(.costUSD, fields, row.number) }
    if has(.status) { row.status = status(fields) }
  }

  @inline(__always)
  package mutating func status(_ row: FieldList) -> TraceRow.Status {
    let code = smallNumber(.status, row)
    if code >= 0, let known = StatusWords.shipped.status(code) { return known }
    guard let text = value(.status, row) else { return .unknown }
    return wordedStatus(text)
  }

  @inline(never)
  private mutating func wordedStatus(_ text: Bytes) -> TraceRow.Status {
    if let known = StatusWords.shipped.status(text) { return known }
    unknownStatus = String(decoding: text.prefix(Self.shownStatus), as: UTF8.self)
    return .failed
  }

  private static let shownStatus = 60

  /// Counts a status that is not known, of a row that is taken.
  @inline(__always)
  package mutating func noteStatus() {
    guard let word = unknownStatus else { return }
    piece.addStatus(word, rows: 1)
    unknownStatus = nil
  }
}
