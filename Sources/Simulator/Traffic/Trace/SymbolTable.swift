/// Gives names dense ids in order of first appearance, from bytes, without making strings.
///
/// Up to 16 bytes a name is its own key; of longer ones the bytes are compared.
struct SymbolTable: Sendable {
  private var words = WordTable()
  private var bytes: [UInt8] = Self.noNames
  /// Name n ends here in `bytes`, and n + 1 begins.
  private var ends: [Int] = []

  /// What lies behind the last name.
  private static let noNames = Array(repeating: UInt8(0), count: FieldList.padding)

  var count: Int { ends.count }

  /// A name's first and last eight bytes.
  private struct Key {
    var low: UInt64
    var high: UInt64

    /// Of up to 16 bytes; with the length they make up the name. A shorter name than eight bytes
    /// stands at the words' upper ends.
    @inline(__always)
    init(_ base: UnsafeRawPointer, _ count: Int) {
      let shift = UInt64(truncatingIfNeeded: max(0, 64 &- 8 &* count))
      low = base.loadUnaligned(as: UInt64.self).littleEndian &<< shift
      let last = base.loadUnaligned(fromByteOffset: max(0, count &- 8), as: UInt64.self)
      high = last.littleEndian &<< shift
    }
  }

  /// The id of a known name of up to 16 bytes. The bytes must be followed by
  /// `FieldList.padding` readable ones.
  @inline(__always)
  func find(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt32? {
    guard UInt(bitPattern: count) &- 1 < 16 else { return nil }
    let key = Key(base, count)
    return words.find(key.low, key.high, UInt32(truncatingIfNeeded: count)).id
  }

  /// The name's id; a new one if it was not known, nil if it is new and not UTF-8. The bytes must
  /// be followed by `FieldList.padding` readable ones.
  mutating func intern(_ name: Bytes) -> UInt32? {
    guard (1...16).contains(name.count), let base = name.baseAddress else {
      return internLong(name)
    }
    let key = Key(base, name.count)
    let tag = UInt32(name.count)
    let (place, id) = words.find(key.low, key.high, tag)
    return id ?? add(name, key.low, key.high, tag, place)
  }

  /// Stands for the length of a longer name.
  private static let long: UInt32 = 17

  private mutating func internLong(_ name: Bytes) -> UInt32? {
    // Two names of one hash get different keys.
    for salt in 0...UInt64.max {
      let low = ByteKey.hash(name)
      let (place, id) = words.find(low, salt, Self.long)
      guard let id else { return add(name, low, salt, Self.long, place) }
      if withBytes(id, { $0.equals(name) }) { return id }
    }
    return nil
  }

  @inline(never)
  private mutating func add(
    _ name: Bytes, _ low: UInt64, _ high: UInt64, _ tag: UInt32, _ place: Int
  ) -> UInt32? {
    if name.contains(where: { $0 >= 0x80 }), String(validating: name, as: UTF8.self) == nil {
      return nil
    }
    let end = ends.last ?? 0
    bytes.insert(contentsOf: name, at: end)
    ends.append(end + name.count)
    return words.add(low, high, tag, at: place)
  }

  mutating func removeAll() {
    words.removeAll()
    bytes.replaceSubrange(0..., with: Self.noNames)
    ends.removeAll(keepingCapacity: true)
  }

  func name(_ id: UInt32) -> String { withBytes(id) { String(decoding: $0, as: UTF8.self) } }

  /// All names, by id.
  var names: [String] { (0..<count).map { name(UInt32($0)) } }

  func withBytes<Result>(_ id: UInt32, _ body: (Bytes) -> Result) -> Result {
    let start = id == 0 ? 0 : ends[Int(id) - 1]
    let end = ends[Int(id)]
    return bytes.withUnsafeBufferPointer { body(Bytes(rebasing: $0[start..<end])) }
  }
}
