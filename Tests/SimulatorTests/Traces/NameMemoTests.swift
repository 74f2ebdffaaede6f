import Testing

@testable import Simulator

/// What is read from whole words against what it stands for.
@Suite struct NameMemoTests {
  private static let seed: UInt64 = 20_261_123

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
        if let id = memo.find(key) {
          hits += 1
          #expect(told[name] == id)
        } else {
          memo.remember(key, UInt32(number))
          told[name] = UInt32(number)
          #expect(memo.find(key) == UInt32(number))
        }
      }
      #expect((1...16).contains(name.count) || told[name] == nil)
    }
    #expect(names > 17_000 && hits > 1_000)
  }

  @Test func secondsAreTwoDigitsBelow60() {
    func second(_ bytes: [UInt8]) -> Int64 {
      Digits.second(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    }
    var wrong = 0
    for tens in UInt8.min ... .max {
      for ones in UInt8.min ... .max {
        let isTime = (0x30...0x35).contains(tens) && (0x30...0x39).contains(ones)
        let expected = isTime ? Int64(tens - 0x30) * 10 + Int64(ones - 0x30) : -1
        if second([0x3A, tens, ones, 0x5A]) != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0)
    for other in UInt8.min ... .max {
      #expect(second([other, 0x31, 0x32, 0x5A]) == (other == 0x3A ? 12 : -1))
      #expect(second([0x3A, 0x31, 0x32, other]) == (other == 0x5A ? 12 : -1))
    }
  }
}
