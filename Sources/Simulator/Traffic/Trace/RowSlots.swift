import Support

/// The values of the row at hand where a plan expects them; valid until the next row. Each has
/// `FieldList.padding` readable bytes behind it.
package final class RowSlots {
  private let plan: TracePlan
  /// Values out of JSON, and constants; those of fields are not used.
  private let slots: UnsafeMutableBufferPointer<Bytes>
  private let constants: UnsafeMutableBufferPointer<UInt8>
  private var scratch: UnsafeMutableBufferPointer<UInt8>
  private let missing: [[UInt8]]
  /// By first byte: whether the value may stand for an unknown one, or begins with a blank.
  package let isOdd: UnsafeMutablePointer<Bool>
  /// By place: the field of the row that is the value, taken as it is; −1 where it is not that
  /// simple.
  package let fields: UnsafeMutablePointer<Int>
  /// By place: what a small whole number is multiplied by; 0 where it is not that simple.
  package let factors: UnsafeMutablePointer<Int64>
  /// For rows that have none.
  package let noFields: FieldList
  private let noBounds: UnsafeMutablePointer<UInt32>
  /// For columns that are not found in a field: always empty.
  package let noColumn: FieldColumn
  /// By place.
  private let sources: [TracePlan.Source?]

  /// - Parameters:
  ///   - sources: what `value` will be asked for, by place.
  ///   - factors: of the first places.
  package init(plan: TracePlan, sources: [TracePlan.Source?], factors: [Int64]) {
    self.plan = plan
    self.sources = sources
    slots = .allocate(capacity: plan.slotCount)
    slots.initialize(repeating: Bytes(start: nil, count: 0))
    let size = plan.constants.reduce(FieldList.padding) { $0 + $1.count }
    constants = .allocate(capacity: size)
    constants.initialize(repeating: 0)
    scratch = .allocate(capacity: 4_096)
    missing = plan.format.missing.map { Array($0.utf8) }.filter { !$0.isEmpty }
    isOdd = .allocate(capacity: 256)
    isOdd.initialize(repeating: false, count: 256)
    fields = .allocate(capacity: sources.count)
    self.factors = .allocate(capacity: factors.count)
    for (place, factor) in factors.enumerated() { self.factors[place] = factor }
    noBounds = .allocate(capacity: 2)
    (noBounds[0], noBounds[1]) = (0, 1)
    noFields = FieldList(
      base: UnsafePointer(constants.baseAddress.unsafelyUnwrapped), bounds: noBounds, count: 0,
      gap: 0)
    noColumn = FieldColumn(base: noFields.base, bounds: noBounds, width: 0)
    for byte in 0...0x20 { isOdd[byte] = true }
    for text in missing { isOdd[Int(text[0])] = true }
    for (place, source) in sources.enumerated() {
      fields[place] = source.flatMap { $0.field(of: plan) } ?? -1
    }
    fillConstants()
  }

  private func fillConstants() {
    var end = 0
    for (index, constant) in plan.constants.enumerated() {
      let start = end
      for byte in constant {
        constants[end] = byte
        end += 1
      }
      slots[plan.firstConstant + index] = Bytes(rebasing: Bytes(constants)[start..<end])
    }
  }

  deinit {
    slots.deallocate()
    constants.deallocate()
    scratch.deallocate()
    isOdd.deallocate()
    fields.deallocate()
    factors.deallocate()
    noBounds.deallocate()
  }

  // MARK: Filling

  /// The JSON in the fields of a CSV row, of which there must be as many as columns.
  package func fill(_ row: FieldList) throws(JSONScanner.Problem) {
    clear()
    reserve(3 * Int(row.bounds[row.count] - row.bounds[0]))
    var used = 0
    for json in plan.jsonFields {
      let cell = trimmed(row[json.field])
      if !cell.isEmpty, !isMissing(cell) { try pick(cell, json.paths, &used) }
    }
  }

  /// The object of a line.
  package func fill(line: Bytes) throws(JSONScanner.Problem) {
    clear()
    reserve(line.count)
    guard let base = scratch.baseAddress else { return }
    var scanner = JSONScanner(line, scratch: base)
    try scanner.pick(plan.paths, into: slots)
    for index in 0..<plan.jsonSlots { slots[index] = trimmed(slots[index]) }
  }

  private func clear() {
    for index in plan.fieldCount..<plan.fieldCount + plan.jsonSlots {
      slots[index] = Bytes(start: nil, count: 0)
    }
  }

  private func reserve(_ count: Int) {
    guard scratch.count < count + FieldList.padding else { return }
    scratch.deallocate()
    scratch = .allocate(capacity: count * 2 + FieldList.padding)
  }

  private func pick(
    _ cell: Bytes, _ paths: JSONPaths, _ used: inout Int
  ) throws(JSONScanner.Problem) {
    guard let base = scratch.baseAddress else { return }
    var text = cell
    if Self.isDoubled(cell) {
      // A JSON text quoted twice on its way into the CSV.
      let isWrapped = cell[0] == UInt8(ascii: "\"")
      let inner = isWrapped ? Bytes(rebasing: cell.dropFirst().dropLast()) : cell
      let first = used
      var wasQuote = false
      for byte in inner {
        let isQuote = byte == UInt8(ascii: "\"")
        if isQuote, wasQuote {
          wasQuote = false
          continue
        }
        wasQuote = isQuote
        scratch[used] = byte
        used += 1
      }
      text = Bytes(start: base + first, count: used - first)
    }
    var scanner = JSONScanner(text, scratch: base + used)
    try scanner.pick(paths, into: slots)
    used += scanner.scratchEnd
  }

  /// `"{""a"": 1}"` or `{""a"": 1}`.
  private static func isDoubled(_ cell: Bytes) -> Bool {
    var index = 0
    if cell.count > 2, cell[0] == UInt8(ascii: "\"") { index = 1 }
    guard index < cell.count, cell[index] == UInt8(ascii: "{") else { return false }
    index += 1
    while index < cell.count, cell[index] == 0x20 { index += 1 }
    return index + 2 < cell.count && cell[index] == UInt8(ascii: "\"")
      && cell[index + 1] == UInt8(ascii: "\"") && cell[index + 2] != UInt8(ascii: ":")
  }

  @inline(__always)
  private func trimmed(_ bytes: Bytes) -> Bytes {
    guard let first = bytes.first, let last = bytes.last, first <= 0x20 || last <= 0x20 else {
      return bytes
    }
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
    var rest = bytes[...]
    while let byte = rest.first, isSpace(byte) { rest.removeFirst() }
    while let byte = rest.last, isSpace(byte) { rest.removeLast() }
    return Bytes(rebasing: rest)
  }

  // MARK: Reading

  /// Whether the constants are values as rows give them: told, and without blanks around them.
  package var areConstantsOrdinary: Bool {
    plan.constants.allSatisfy { constant in
      constant.withUnsafeBufferPointer { text in
        (text.first ?? 0) > 0x20 && (text.last ?? 0) > 0x20 && !isMissing(text)
      }
    }
  }

  /// What the row says; empty where it does not.
  @inline(__always)
  package func value(_ place: Int, _ row: FieldList) -> Bytes {
    let field = fields[place]
    guard field >= 0 else { return firstValue(place, row) }
    let (base, count) = row.bytes(field)
    if count > 0, isOdd[Int(base[0])] || base[count &- 1] <= 0x20 {
      return firstValue(place, row)
    }
    return Bytes(start: base, count: count)
  }

  @inline(never)
  private func firstValue(_ place: Int, _ row: FieldList) -> Bytes {
    guard let source = sources[place] else { return Bytes(start: nil, count: 0) }
    for slot in source.slots {
      let value = slot < plan.fieldCount ? trimmed(row[slot]) : slots[slot]
      if value.isEmpty || (isOdd[Int(value[0])] && isMissing(value)) { continue }
      return source.values.isEmpty && source.otherwise == nil ? value : meaning(value, source)
    }
    return Bytes(start: nil, count: 0)
  }

  private func meaning(_ value: Bytes, _ source: TracePlan.Source) -> Bytes {
    for (log, slot) in source.values where value.equals(log) {
      return slots[slot]
    }
    return source.otherwise.map { slots[$0] } ?? value
  }

  private func isMissing(_ value: Bytes) -> Bool {
    missing.contains { value.equals($0) }
  }

  /// Whether the value at a place is one of those.
  package func isAmong(_ values: [[UInt8]], _ place: Int, _ row: FieldList) -> Bool {
    let value = value(place, row)
    return values.contains { value.equals($0) }
  }
}

extension TracePlan.Source {
  /// The field that is the value as it stands; nil if there are others, or meanings.
  fileprivate func field(of plan: TracePlan) -> Int? {
    guard slots.count == 1, slots[0] < plan.fieldCount, values.isEmpty, otherwise == nil else {
      return nil
    }
    return slots[0]
  }
}
