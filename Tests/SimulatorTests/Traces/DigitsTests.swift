import Testing

@testable import Simulator
@testable import Support

/// What is read from whole words against what it stands for.
@Suite struct DigitsTests {
  private static let seed: UInt64 = 20_261_125

  /// A text's number; −1 for all but one to eight digits.
  private func number(_ text: ArraySlice<UInt8>) -> Int64 {
    guard (1...8).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return -1
    }
    return text.reduce(0) { $0 * 10 + Int64($1) - 0x30 }
  }

  /// Mostly digits.
  private func byte(_ random: inout TestRandom, odd: Double) -> UInt8 {
    random.chance(odd) ? UInt8(random.below(256)) : UInt8(random.below(10)) + 0x30
  }

  @Test func numbersAreOneToEightDigits() {
    var random = TestRandom(seed: Self.seed)
    var numbers = 0
    for _ in 0..<20_000 {
      let count = random.below(11)
      let text = (0..<count + 8).map { _ in byte(&random, odd: 0.05) }
      let number = number(text.prefix(count))
      if number >= 0 { numbers += 1 }
      text.withUnsafeBufferPointer { text in
        guard let base = text.baseAddress else { return }
        #expect(Digits.number(base, count) == number, "\(text)")
      }
    }
    #expect(numbers > 5_000)
  }

  /// Small factors, and one that takes more than 32 bits.
  @Test(
    arguments: [1, 1_000, Int64(UInt32.max), 10_000_000_000],
    CSVScan.canBeFast ? [true, false] : [false])
  func columnsOfNumbersEndAtSomethingElse(_ factor: Int64, _ isFast: Bool) {
    var random = TestRandom(seed: Self.seed)
    var (numbers, others) = (0, 0)
    for _ in 0..<400 {
      let count = random.below(14)
      let odd = random.chance(0.5) ? 0 : 0.03
      let texts = (0..<count).map { _ in
        (0..<(random.chance(odd * 4) ? random.below(300) : 1 + random.below(8))).map { _ in
          byte(&random, odd: odd)
        }
      }
      // Two columns, the first of which has no numbers.
      let bytes = texts.flatMap { [0x78, 0x2C] + $0 + [0x0A] } + Array(repeating: 0x31, count: 8)
      var bounds: [UInt32] = [0]
      for text in texts {
        let start = bounds[bounds.count - 1]
        bounds += [start + 2, start + 3 + UInt32(text.count)]
      }
      let values = texts.map { number($0[...]) }
      let first = count == 0 ? 0 : random.below(count)
      let end = values[first...].firstIndex(of: -1) ?? count
      var (target, sum) = (Array(repeating: Int64(-5), count: count * 3), Int64(7))
      let row = bytes.withUnsafeBufferPointer { bytes in
        bounds.withUnsafeBufferPointer { bounds in
          target.withUnsafeMutableBytes { target -> Int in
            guard let base = bytes.baseAddress, let bounds = bounds.baseAddress,
              let target = target.baseAddress
            else { return 0 }
            return Digits.numbers(
              FieldColumn(base: base, bounds: bounds + 1, width: 2), times: factor, from: first,
              to: count, target, stride: 24, &sum, isFast: isFast)
          }
        }
      }
      #expect(row == end)
      var expected = Array(repeating: Int64(-5), count: count * 3)
      for row in first..<end { expected[row * 3] = values[row] * factor }
      #expect(target == expected)
      #expect(sum == values[first..<end].reduce(7) { $0 + $1 * factor })
      (numbers, others) = (numbers + end - first, others + (end < count ? 1 : 0))
    }
    #expect(numbers > 1_000 && others > 50)
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
