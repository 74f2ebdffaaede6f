import Testing

@testable import Simulator
@testable import Support

/// Names that are found as whole words against what was told.
@Suite struct NameMemoTests {
  private static let seed: UInt64 = 20_261_123

  private func id(of name: UnsafePointer<UInt8>, _ count: Int, in memo: NameMemo) -> UInt32? {
    let bounds = [0, UInt32(count) + 1]
    return bounds.withUnsafeBufferPointer { bounds in
      bounds.baseAddress.flatMap { first in
        var id: UInt32 = 0
        let column = FieldColumn(base: name, bounds: first, width: 1)
        return memo.find(column, from: 0, to: 1, &id, stride: 0) == 1 ? id : nil
      }
    }
  }

  @Test func remembersNothingThatItWasNotTold() {
    var random = TestRandom(seed: Self.seed)
    let memo = NameMemo()
    var told: [[UInt8]: UInt32] = [:]
    var (hits, names) = (0, 0)
    for number in 0..<20_000 {
      if random.chance(0.001) {
        memo.forget()
        told = [:]
      }
      // Few letters, one of them a NUL; what lies behind a name is anything.
      let name = (0..<random.below(18)).map { _ in UInt8(random.below(2)) * 0x61 }
      let memory = name + (0..<FieldList.padding).map { _ in UInt8(random.below(256)) }
      memory.withUnsafeBufferPointer { memory in
        guard let base = memory.baseAddress, let key = NameKey((base, name.count)) else { return }
        names += 1
        if let id = id(of: base, name.count, in: memo) {
          hits += 1
          #expect(told[name] == id)
        } else {
          memo.remember(key, UInt32(number))
          told[name] = UInt32(number)
          #expect(id(of: base, name.count, in: memo) == UInt32(number))
        }
      }
      #expect((1...16).contains(name.count) || told[name] == nil)
    }
    #expect(names > 17_000 && hits > 1_000)
  }

  /// A column of one name a line, each found by itself and all in one go.
  @Test func columnsAreReadUntilAnUnknownName() throws {
    var random = TestRandom(seed: Self.seed)
    let memo = NameMemo()
    var table = SymbolTable()
    var told: [[UInt8]: UInt32] = [:]
    for _ in 0..<300 {
      let names = (0..<random.below(12)).map { _ in
        (0..<random.below(random.chance(0.1) ? 20 : 4)).map { _ in UInt8(random.below(2)) * 0x61 }
      }
      let text = names.flatMap { $0 + [0x2C] } + Array(repeating: 0, count: FieldList.padding)
      let bounds = names.reduce(into: [UInt32(0)]) { bounds, name in
        bounds.append(bounds[bounds.count - 1] + UInt32(name.count) + 1)
      }
      text.withUnsafeBufferPointer { text in
        bounds.withUnsafeBufferPointer { bounds in
          guard let base = text.baseAddress, let first = bounds.baseAddress else { return }
          let column = FieldColumn(base: base, bounds: first, width: 1)
          func found(_ find: (UnsafeMutableRawPointer) -> Int) -> [UInt32] {
            var ids: [UInt32] = Array(repeating: 0, count: names.count)
            let end = ids.withUnsafeMutableBytes { $0.baseAddress.map(find) ?? 0 }
            return Array(ids.prefix(end))
          }
          func key(_ index: Int) -> NameKey? {
            NameKey((base + Int(bounds[index]), names[index].count))
          }
          let memorized = names.indices.map {
            id(of: base + Int(bounds[$0]), names[$0].count, in: memo)
          }
          let known = names.map { $0.count > 16 ? nil : told[$0] }
          let isTold = { (id: UInt32?) in id != nil }
          #expect(
            found { memo.find(column, from: 0, to: names.count, $0, stride: 4) }
              == memorized.prefix(while: isTold).compactMap { $0 })
          #expect(
            found { table.find(column, from: 0, to: names.count, $0, stride: 4) }
              == known.prefix(while: isTold).compactMap { $0 })
          for (index, name) in names.enumerated() where !name.isEmpty {
            let id = table.intern(Bytes(start: base + Int(bounds[index]), count: name.count))
            #expect(told[name] == nil || told[name] == id)
            told[name] = id
            if let key = key(index), let id { memo.remember(key, id) }
          }
        }
      }
    }
    #expect(table.count > 30 && table.count == told.count)
  }
}
