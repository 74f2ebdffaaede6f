import CostModel
import Scenarios
import Support

/// Who calls what: names as numbers, prompts as keys. A name that has been met is found by its
/// bytes as they stand, without asking first whether they mean anything else.
extension TraceDecoder {
  @inline(__always)
  package mutating func readNames(
    _ row: inout TraceRecord, _ fields: FieldList
  ) throws(BadRow) {
    if let prompt = value(.prompt, fields) { row.prompt = ByteKey.key(prompt) }
    if let session = value(.session, fields) { row.session = ByteKey.key(session) }
    if let kind = value(.callKind, fields) { row.callKind = ByteKey.key(kind) }
    if has(.user) { row.user = try user(fields, row.number) }
    if has(.model) { row.model = try model(fields, row.number) }
    piece.symbols.beginKind()
    for index in sources.attributes.indices {
      try readAttribute(sources.attributes[index], fields, row.number)
    }
    row.kind = piece.symbols.kind()
  }

  /// The bytes of a name that may be looked up as they stand; none if it may not.
  @inline(__always)
  package func plainName(
    _ column: TraceColumn, _ row: FieldList
  ) -> (base: UnsafePointer<UInt8>, count: Int) {
    let field = nameField(column)
    return field >= 0 ? row.bytes(field) : (row.base, 0)
  }

  /// The field of such names; −1 if there is none.
  @inline(__always)
  package func nameField(_ column: TraceColumn) -> Int {
    plainNames & column.bit != 0 ? fieldOf[column.rawValue] : -1
  }

  @inline(__always)
  private mutating func user(_ row: FieldList, _ number: Int64) throws(BadRow) -> UInt32 {
    let (base, count) = plainName(.user, row)
    if let id = known.find(base, count) { return id }
    return try newUser(row, number)
  }

  /// One that earlier pieces do not have, or that is written in an unusual way.
  @inline(never)
  package mutating func newUser(_ row: FieldList, _ number: Int64) throws(BadRow) -> UInt32 {
    let (base, count) = plainName(.user, row)
    if let id = piece.symbols.users.find(base, count) { return id | TraceSymbols.isOwn }
    guard let name = value(.user, row) else { return TraceRow.none }
    if let id = known.id(of: name) { return id }
    guard let id = piece.symbols.user(name) else { throw bad(number, .user, "not UTF-8") }
    return id | TraceSymbols.isOwn
  }

  @inline(__always)
  package mutating func model(_ row: FieldList, _ number: Int64) throws(BadRow) -> UInt32 {
    let (base, count) = plainName(.model, row)
    if let id = piece.symbols.models.find(base, count) { return id }
    guard let name = value(.model, row) else { return TraceRow.none }
    guard let id = piece.symbols.model(name) else { throw bad(number, .model, "not UTF-8") }
    return id
  }

  @inline(__always)
  package mutating func readAttribute(
    _ attribute: (attribute: Attribute, column: TraceColumn), _ row: FieldList, _ number: Int64
  ) throws(BadRow) {
    let (base, count) = plainName(attribute.column, row)
    if piece.symbols.setKnown(attribute.attribute, base, count) { return }
    guard let value = value(attribute.column, row) else { return }
    if attribute.attribute == .batch,
      LoggedBilling.flag(String(decoding: value, as: UTF8.self)) == nil
    {
      throw bad(number, .batch, "expected true or false, not \(value.shown)")
    }
    guard piece.symbols.set(attribute.attribute, value) else {
      throw bad(number, attribute.column, "not UTF-8")
    }
  }

  /// `[1, 2, 3]`, or ids with spaces, commas or semicolons between.
  package mutating func readBlocks(
    _ row: inout TraceRecord, _ fields: FieldList
  ) throws(BadRow) {
    let size = try quantity(.blockSize, fields, row.number)
    guard size <= Int64(Int32.max) else {
      throw bad(row.number, .blockSize, "a block of \(size) tokens is too large")
    }
    row.blockSize = Int32(max(0, size))
    guard let list = value(.prefixBlocks, fields) else { return }
    if row.blockSize == 0 {
      throw bad(row.number, .prefixBlocks, "prefix blocks without a block_size")
    }
    row.firstBlock = Int64(piece.batch.blocks.count)
    var start: Int?
    for (index, byte) in list.enumerated() {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ";"), 0x20,
        UInt8(ascii: "\""), 0x09:
        if let first = start {
          piece.batch.blocks.append(ByteKey.key(Bytes(rebasing: list[first..<index])))
        }
        start = nil
      default: if start == nil { start = index }
      }
    }
    if let first = start { piece.batch.blocks.append(ByteKey.key(Bytes(rebasing: list[first...]))) }
    row.blockCount = Int32(piece.batch.blocks.count - Int(row.firstBlock))
  }
}
