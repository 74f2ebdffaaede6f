/// Gives names dense ids in order of first appearance, from bytes, without making strings.
///
/// Up to 15 bytes a name is its own key; of longer ones the bytes are compared.
struct SymbolTable: Sendable {
  private var words = WordTable()
  private var bytes: [UInt8] = Self.noNames
  /// Name n ends here in `bytes`, and n + 1 begins.
  private var ends: [Int] = []

  /// What lies behind the last name.
  private static let noNames = Array(repeating: UInt8(0), count: FieldList.padding)

  var count: Int { ends.count }

  /// The name's id; a new one if it was not known, nil if it is new and not UTF-8. The bytes must
  /// be followed by `FieldList.padding` readable ones.
  @inline(__always)
  mutating func intern(_ name: Bytes) -> UInt32? {
    let count = name.count
    guard count < 16, let base = UnsafeRawPointer(name.baseAddress) else { return internLong(name) }
    let first = base.loadUnaligned(as: UInt64.self).littleEndian
    let second = base.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
    let low = first & Self.mask(min(count, 8))
    let high = (second & Self.mask(max(count &- 8, 0))) | UInt64(count) &<< 56
    let (place, id) = words.find(low, high)
    return id ?? add(name, low, high, place)
  }

  /// The lowest bytes, from none to eight.
  @inline(__always)
  private static func mask(_ count: Int) -> UInt64 { .max >> UInt64(64 &- 8 &* count) }

  @inline(never)
  private mutating func internLong(_ name: Bytes) -> UInt32? {
    // Two names of one hash get different keys.
    for salt in 0...UInt64.max {
      let low = ByteKey.hash(name)
      let high = 0xFF &<< 56 | salt
      let (place, id) = words.find(low, high)
      guard let id else { return add(name, low, high, place) }
      if withBytes(id, { $0.equals(name) }) { return id }
    }
    return nil
  }

  @inline(never)
  private mutating func add(
    _ name: Bytes, _ low: UInt64, _ high: UInt64, _ place: Int
  ) -> UInt32? {
    if name.contains(where: { $0 >= 0x80 }), String(validating: name, as: UTF8.self) == nil {
      return nil
    }
    let end = ends.last ?? 0
    bytes.insert(contentsOf: name, at: end)
    ends.append(end + name.count)
    return words.add(low, high, at: place)
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
