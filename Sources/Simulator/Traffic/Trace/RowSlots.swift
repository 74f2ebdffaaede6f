/// The values of the row at hand where a plan expects them; valid until the next row.
final class RowSlots {
  private let plan: TracePlan
  private let slots: UnsafeMutableBufferPointer<Bytes>
  private let constants: UnsafeMutableBufferPointer<UInt8>
  private var scratch: UnsafeMutableBufferPointer<UInt8>
  private let missing: [[UInt8]]
  /// Whether a text that stands for an unknown value may begin with this byte.
  private var maybeMissing: [Bool] = Array(repeating: false, count: 256)

  init(plan: TracePlan) {
    self.plan = plan
    slots = .allocate(capacity: plan.slotCount)
    slots.initialize(repeating: Bytes(start: nil, count: 0))
    constants = .allocate(capacity: max(1, plan.constants.reduce(0) { $0 + $1.count }))
    scratch = .allocate(capacity: 4_096)
    missing = plan.format.missing.map { Array($0.utf8) }.filter { !$0.isEmpty }
    var end = 0
    for (index, constant) in plan.constants.enumerated() {
      let start = end
      for byte in constant {
        constants[end] = byte
        end += 1
      }
      slots[plan.firstConstant + index] = Bytes(rebasing: Bytes(constants)[start..<end])
    }
    for text in missing { maybeMissing[Int(text[0])] = true }
  }

  deinit {
    slots.deallocate()
    constants.deallocate()
    scratch.deallocate()
  }

  // MARK: Filling

  /// The fields of a CSV row, of which there must be as many as columns.
  func fill(_ fields: FieldList) throws(JSONScanner.Problem) {
    for index in 0..<fields.count { slots[index] = trimmed(fields[index]) }
    guard !plan.jsonFields.isEmpty else { return }
    clear()
    reserve(3 * fields.bytes.count)
    var used = 0
    for json in plan.jsonFields {
      let cell = slots[json.field]
      if !cell.isEmpty, !isMissing(cell) { try pick(cell, json.paths, &used) }
    }
  }

  /// The object of a line.
  func fill(line: Bytes) throws(JSONScanner.Problem) {
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
    guard scratch.count < count else { return }
    scratch.deallocate()
    scratch = .allocate(capacity: count * 2)
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

  /// What the row says; empty where it does not.
  @inline(__always)
  func value(_ source: TracePlan.Source) -> Bytes {
    for slot in source.slots {
      let value = slots[slot]
      if value.isEmpty || (maybeMissing[Int(value[0])] && isMissing(value)) { continue }
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

  func passes(_ filter: TracePlan.Filter) -> Bool {
    let value = value(filter.source)
    return filter.values.contains { value.equals($0) }
  }
}
