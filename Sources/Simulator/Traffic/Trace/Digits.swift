import CLibCSV
import Support

/// Digits eight at a time, as bytes of a word.
package enum Digits {
  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// The number that up to eight digits and nothing else write; −1 for all other texts. Eight bytes
  /// must be readable.
  @inline(__always)
  package static func number(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int64 {
    let last = UInt64(bitPattern: Int64(count)) &- 1
    guard last < 8 else { return -1 }
    let word = UnsafeRawPointer(text).loadUnaligned(as: UInt64.self).littleEndian
    // Leading zeros take the place of missing digits.
    let digits = (word ^ zeros) &<< ((last ^ 7) &<< 3)
    guard areDigits(digits) else { return -1 }
    let pairs = digits &* 10 &+ digits &>> 8
    // Two digits in every other byte, then four in the second and the fourth 16 bits.
    let fours = (pairs & 0x00FF_00FF_00FF_00FF) &* 0x0064_0001
    let first = UInt32(truncatingIfNeeded: fours) &>> 16
    return Int64(first &* 10_000 &+ UInt32(truncatingIfNeeded: fours &>> 48))
  }

  /// Writes numbers of up to eight digits, times a factor, `stride` bytes apart, from a row on until a
  /// text is something else, and adds them to a sum; returns that row, else the end. Eight bytes of
  /// each text must be readable.
  ///
  /// - Parameter isFast: whether to use instructions that not every processor has.
  @inline(never)
  package static func numbers(
    _ texts: FieldColumn, times factor: Int64, from row: Int, to end: Int,
    _ target: UnsafeMutableRawPointer, stride: Int, _ sum: inout Int64,
    isFast: Bool = CSVScan.canBeFast
  ) -> Int {
    var row = row
    #if arch(x86_64)
      if isFast, let factor = UInt32(exactly: factor) {
        row &+= csv_numbers(
          texts.base, texts.bounds + row &* texts.width, texts.width, end &- row, factor,
          target + row &* stride, stride, &sum)
      }
    #endif
    // Up to three rows are left, those before a text that is something else, or all of them.
    var all = sum
    row = texts.run(from: row, to: end) { text, row in
      let number = number(text.base, text.count)
      guard number >= 0 else { return false }
      let value = number &* factor
      all &+= value
      (target + row &* stride).storeBytes(of: value, as: Int64.self)
      return true
    }
    sum = all
    return row
  }

  /// Whether the text is `200`, what most requests of most logs end with.
  @inline(__always)
  package static func are200(_ text: (base: UnsafePointer<UInt8>, count: Int)) -> Bool {
    let word = UnsafeRawPointer(text.base).loadUnaligned(as: UInt32.self).littleEndian
    return text.count == 3 && word & 0x00FF_FFFF == 0x0030_3032
  }

  /// `:SSZ` as seconds below 60; −1 for all other texts.
  @inline(__always)
  package static func second(_ word: UInt32) -> Int64 {
    let digits = word.littleEndian ^ 0x5A30_303A
    // The first digit is below 6, the second below 10.
    guard (digits | (digits &+ 0x0076_7A00)) & 0xFF80_80FF == 0 else { return -1 }
    return Int64((digits &>> 8 & 0xF) &* 10 &+ digits &>> 16)
  }

  /// `HH:MM:SS` in microseconds since midnight; nil if it is not a time of the day.
  @inline(__always)
  package static func timeOfDay(_ word: UInt64) -> Int64? {
    let digits = word.littleEndian ^ 0x3030_3A30_303A_3030
    guard areDigits(digits), digits & 0x0000_FF00_00FF_0000 == 0 else { return nil }
    let pairs = digits &* 10 &+ digits &>> 8
    let hour = Int64(pairs & 0xFF)
    let minute = Int64((pairs &>> 24) & 0xFF)
    let second = Int64((pairs &>> 48) & 0xFF)
    // A leap second is the first one of the next minute.
    guard hour < 24, minute < 60, second <= 60 else { return nil }
    return ((hour &* 60 &+ minute) &* 60 &+ second) &* 1_000_000
  }

  /// Whether all bytes are below 10.
  @inline(__always)
  private static func areDigits(_ bytes: UInt64) -> Bool {
    ((bytes &+ 0x0606_0606_0606_0606) | bytes) & 0xF0F0_F0F0_F0F0_F0F0 == 0
  }
}
