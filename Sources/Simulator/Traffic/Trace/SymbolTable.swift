import Support

/// Gives names dense ids in order of first appearance, from bytes, without making strings.
///
/// Up to 16 bytes a name is its own key; of longer ones the bytes are compared.
package struct SymbolTable: Sendable {
  private var words = WordTable()
  private var bytes: [UInt8] = Self.noNames
  /// Name n ends here in `bytes`, and n + 1 begins.
  private var ends: [Int] = []

  /// What lies behind the last name.
  private static let noNames = Array(repeating: UInt8(0), count: FieldList.padding)

  package var count: Int { ends.count }

  /// The id of a known name of up to 16 bytes. The bytes must be followed by
  /// `FieldList.padding` readable ones.
  @inline(__always)
  package func find(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt32? {
    guard let key = NameKey((base, count)) else { return nil }
    return words.find(key.low, key.high, key.last).id
  }

  /// Writes the ids of names of up to 16 bytes behind each other, `stride` bytes apart, from a row on
  /// until a name is not known; returns that row, else the end.
  @inline(never)
  package func find(
    _ names: FieldColumn, from row: Int, to end: Int, _ target: UnsafeMutableRawPointer,
    stride: Int
  ) -> Int {
    let masks = NameKey.masks
    var place = target + row &* stride
    return words.withFinder { words in
      names.run(from: row, to: end) { text, _ in
        guard let key = NameKey(text, masks),
          let id = words.find(key.low, key.high, key.last).id
        else { return false }
        place.storeBytes(of: id, as: UInt32.self)
        place += stride
        return true
      }
    }
  }

  /// The name's id; a new one if it was not known, nil if it is new and not UTF-8. The bytes must
  /// be followed by `FieldList.padding` readable ones.
  package mutating func intern(_ name: Bytes) -> UInt32? {
    let entry = entry(of: name)
    return entry.id ?? add(name, entry)
  }

  /// The name's id; nil if it is not known. The bytes as for `intern`.
  package func id(of name: Bytes) -> UInt32? { entry(of: name).id }

  /// Where a name is or would be.
  private struct Entry {
    var low: UInt64
    var high: UInt64
    var tag: UInt32
    var place: Int
    /// nil: it is new.
    var id: UInt32?
  }

  /// Stands for the length of a longer name.
  private static let long: UInt32 = 17

  private func entry(of name: Bytes) -> Entry {
    guard let base = name.baseAddress, let key = NameKey((base, name.count)) else {
      return longEntry(of: name)
    }
    let (place, id) = words.find(key.low, key.high, key.last)
    return Entry(low: key.low, high: key.high, tag: key.last, place: place, id: id)
  }

  private func longEntry(of name: Bytes) -> Entry {
    let low = ByteKey.hash(name)
    // Two names of one hash get different keys.
    var salt: UInt64 = 0
    while true {
      let (place, id) = words.find(low, salt, Self.long)
      let isOther = id.map { withBytes($0) { !$0.equals(name) } } ?? false
      if !isOther { return Entry(low: low, high: salt, tag: Self.long, place: place, id: id) }
      salt += 1
    }
  }

  @inline(never)
  private mutating func add(_ name: Bytes, _ entry: Entry) -> UInt32? {
    if name.contains(where: { $0 >= 0x80 }), String(validating: name, as: UTF8.self) == nil {
      return nil
    }
    let end = ends.last ?? 0
    bytes.insert(contentsOf: name, at: end)
    ends.append(end + name.count)
    return words.add(entry.low, entry.high, entry.tag, at: entry.place)
  }

  package mutating func removeAll() {
    words.removeAll()
    bytes.replaceSubrange(0..., with: Self.noNames)
    ends.removeAll(keepingCapacity: true)
  }

  package func name(_ id: UInt32) -> String {
    withBytes(id) { String(decoding: $0, as: UTF8.self) }
  }

  /// All names, by id.
  package var names: [String] { (0..<count).map { name(UInt32($0)) } }

  package func withBytes<Result>(_ id: UInt32, _ body: (Bytes) -> Result) -> Result {
    let start = id == 0 ? 0 : ends[Int(id) - 1]
    let end = ends[Int(id)]
    return bytes.withUnsafeBufferPointer { body(Bytes(rebasing: $0[start..<end])) }
  }
}
