import Foundation
import Testing

@testable import Support

/// What a part's file holds comes back, and a damaged one is an error and never a crash.
@Suite struct PartFileTests {
  private static func text(_ text: String, _ numbers: [Int64]) -> Sample {
    var sample = Sample()
    (sample.text, sample.numbers) = (text, numbers)
    return sample
  }

  private struct Sample: PartValue, Equatable {
    var text = ""
    var numbers: [Int64] = []

    init() {}

    mutating func code(_ part: inout PartCoder) throws(PartDamage) {
      try part.code(&text)
      try part.code(&numbers)
    }
  }

  private static func message(_ bytes: [UInt8]) -> String {
    do throws(PartDamage) {
      _ = try PartFile.parse(bytes, kind: .months, as: Sample.self)
      return "no error"
    } catch {
      return error.message
    }
  }

  /// Seven bits a byte, the low ones first; signed numbers folded: 0, −1, 1, −2 are 0, 1, 2, 3.
  @Test func numbersAreAsLongAsTheyAreLarge() throws {
    #expect(PartCoder.bytes(of: UInt64(127)) == [127])
    #expect(PartCoder.bytes(of: UInt64(128)) == [0x80, 1])
    #expect(PartCoder.bytes(of: Int64(-1)) == [1])
    #expect(PartCoder.bytes(of: Int64(64)) == [0x80, 1])
    #expect(PartCoder.bytes(of: 1.0) == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    #expect(PartCoder.bytes(of: [true, false] as [Bool]) == [2, 1, 0])
    #expect(PartCoder.bytes(of: "é") == [2, 0xC3, 0xA9])
    #expect(PartCoder.bytes(of: nil as String?) == [0])
    for value in [Int64.min, -1, 0, 1, .max] {
      #expect(try PartCoder.value(PartCoder.bytes(of: value), as: Int64.self) == value)
    }
    for value in [Int128.min, -1, 0, 1, .max] {
      #expect(try PartCoder.value(PartCoder.bytes(of: value), as: Int128.self) == value)
    }
    for value in [-0.0, 0.1, .infinity, -.leastNonzeroMagnitude] {
      let read = try PartCoder.value(PartCoder.bytes(of: value), as: Double.self)
      #expect(read.bitPattern == value.bitPattern)
    }
  }

  @Test func numbersThatDoNotFitAreErrors() {
    let large = PartCoder.bytes(of: Int128(Int64.max) + 1)
    #expect(throws: PartDamage.self) { _ = try PartCoder.value(large, as: Int64.self) }
    // 19 bytes of seven bits are more than 128.
    let endless = Array(repeating: UInt8(0xFF), count: 19) + [0]
    #expect(throws: PartDamage.self) { _ = try PartCoder.value(endless, as: UInt64.self) }
    // A list of 2^60 elements in three bytes.
    let list = PartCoder.bytes(of: UInt64(1) << 60)
    #expect(throws: PartDamage.self) { _ = try PartCoder.value(list, as: [Int64].self) }
  }

  @Test func whatIsWrittenIsRead() throws {
    let sample = Self.text("months", [1, -2, 3])
    let bytes = PartFile.bytes(of: sample, kind: .months)
    #expect(try PartFile.parse(bytes, kind: .months, as: Sample.self) == sample)
  }

  /// Whatever a part of another version holds, it is not taken for one of this.
  @Test func anotherProgramIsNamed() {
    let content = PartCoder.bytes(of: "0.0.1")
    #expect(throws: PartDamage.self) {
      _ = try PartCoder.value(content + [1], as: Bool.self) { text throws(PartDamage) in
        if text != Version.current { throw PartDamage(text) }
      }
    }
    // The version stands behind the head and its length: 0.1.0 becomes 0.1.1, with the checksum of that.
    var bytes = PartFile.bytes(of: Self.text("", []), kind: .months)
    let last = 28 + Version.current.utf8.count
    bytes[last] ^= 1
    var hash = XXH64()
    bytes.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0.dropLast(8))) }
    for byte in 0..<8 {
      bytes[bytes.count - 8 + byte] = UInt8(truncatingIfNeeded: hash.value >> UInt64(8 * byte))
    }
    #expect(Self.message(bytes).hasPrefix("was written by costsim"))
  }

  /// A file that is cut off anywhere says so.
  @Test func everyTruncationIsTold() {
    let whole = PartFile.bytes(of: Self.text("months", [1, 2]), kind: .months)
    for length in 1..<whole.count {
      #expect(Self.message(Array(whole[..<length])).hasPrefix("is cut off"), "\(length)")
    }
    #expect(Self.message(whole + [0]).contains("expected \(whole.count)"))
  }

  /// Any bit that is turned over is noticed.
  @Test func everyDamageIsTold() {
    let whole = PartFile.bytes(of: Self.text("months", [1, 2]), kind: .months)
    for place in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << bit
        #expect(Self.message(bytes) != "no error", "byte \(place), bit \(bit)")
      }
    }
    #expect(Self.message(Array("a,b\n1,2\n".utf8)).hasPrefix("is no part of a result"))
  }

  @Test func anotherFormatIsNamed() {
    var bytes = PartFile.bytes(of: Self.text("", []), kind: .months)
    bytes[12] = 9
    #expect(Self.message(bytes).hasPrefix("is in format 9, expected \(PartFile.format)"))
  }
}
