/// Gives names dense ids in order of first appearance, from bytes, without making strings.
struct SymbolTable: Sendable {
  /// id + 1, or 0: a hash table with linear probing, at most half full.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  private var hashes: [UInt64] = []
  private var bytes: [UInt8] = []
  /// Name n ends here in `bytes`, and n + 1 begins.
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// The name's id; a new one if it was not known.
  mutating func intern(_ name: Bytes) -> (id: UInt32, isNew: Bool) {
    let hash = ByteKey.hash(name)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let id = Int(slots[slot] - 1)
      if hashes[id] == hash, isName(id, name) { return (UInt32(id), false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = UInt32(count)
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = id + 1
    if count * 2 > slots.count { grow() }
    return (id, true)
  }

  /// Takes back the last new name, which turned out to be no valid text.
  mutating func removeLast() {
    ends.removeLast()
    hashes.removeLast()
    bytes.removeSubrange((ends.last ?? 0)...)
    fill()
  }

  func name(_ id: UInt32) -> String { String(decoding: bytes[range(Int(id))], as: UTF8.self) }

  /// All names, by id.
  var names: [String] { (0..<count).map { name(UInt32($0)) } }

  func withBytes<Result>(_ id: UInt32, _ body: (Bytes) -> Result) -> Result {
    let range = range(Int(id))
    return bytes.withUnsafeBufferPointer { body(Bytes(rebasing: $0[range])) }
  }

  private func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : ends[id - 1])..<ends[id] }

  private func isName(_ id: Int, _ name: Bytes) -> Bool {
    let range = range(id)
    guard range.count == name.count else { return false }
    return bytes.withUnsafeBufferPointer { Bytes(rebasing: $0[range]).equals(name) }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    fill()
  }

  private mutating func fill() {
    for slot in slots.indices { slots[slot] = 0 }
    for id in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[id]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(id + 1)
    }
  }
}
