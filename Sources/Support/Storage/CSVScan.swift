import CLibCSV

/// Finds the separators of CSV text without quotes, 64 bytes at a time.
///
/// Text with a quote, a NUL or a lone carriage return is left to libcsv; all other text gives the
/// rows that libcsv gives (a test compares them).
package final class CSVScan {
  /// How many bytes behind the text are overwritten.
  package static let padding = 64

  package let delimiter: UInt8
  /// Where the fields begin, counted from the first byte of the text; behind the last one, where
  /// the next would begin.
  private let starts: UnsafeMutablePointer<UInt32>
  private var count = 0
  /// Line ends in the text last searched.
  package private(set) var lines = 0

  /// For texts of up to so many bytes. nil: a delimiter that only libcsv can tell from the rest.
  package init?(delimiter: UInt8, capacity: Int) {
    guard delimiter != UInt8(ascii: "\""), delimiter > 0x20 || delimiter == UInt8(ascii: "\t")
    else {
      return nil
    }
    self.delimiter = delimiter
    // Every byte may be a separator, and eight are written at once.
    starts = .allocate(capacity: capacity + 24)
  }

  deinit { starts.deallocate() }

  /// Finds the separators of whole lines; false if libcsv has to read them.
  ///
  /// - Parameter isFast: whether to use instructions that not every processor has.
  package func find(
    in text: UnsafeMutablePointer<UInt8>, count length: Int, isFast: Bool = canBeFast
  ) -> Bool {
    (text + length).update(repeating: UInt8(ascii: "x"), count: Self.padding)
    starts[0] = 0
    let found = isFast ? findFast(text, length) : findAnywhere(text, length)
    (count, lines) = (found.count, found.lines)
    return !found.has_suspects || isUsual(text, length)
  }

  #if arch(x86_64)
    package static let canBeFast = csv_is_fast()

    private func findFast(_ text: UnsafePointer<UInt8>, _ length: Int) -> csv_found {
      csv_find(text, length, delimiter, starts + 1)
    }
  #else
    package static let canBeFast = false

    private func findFast(_ text: UnsafePointer<UInt8>, _ length: Int) -> csv_found {
      findAnywhere(text, length)
    }
  #endif

  private func findAnywhere(_ text: UnsafePointer<UInt8>, _ length: Int) -> csv_found {
    var count = 0
    var marks = Marks(delimiter: delimiter)
    var offset = 0
    while offset < length {
      if offset & 0x7FF == 0 { marks.emptyCounts() }
      let bytes = UnsafeRawPointer(text + offset)
      let mask =
        marks.look(at: bytes) | marks.look(at: bytes + 16) &<< 16
        | marks.look(at: bytes + 32) &<< 32 | marks.look(at: bytes + 48) &<< 48
      append(mask, at: UInt32(truncatingIfNeeded: offset &+ 1), behind: &count)
      offset &+= 64
    }
    marks.emptyCounts()
    return csv_found(count: count, lines: marks.lines, has_suspects: marks.hasSuspects)
  }

  /// What is looked for in 16 bytes at a time, and what has been seen so far.
  private struct Marks {
    private let lineEnd = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
    private let separator: SIMD16<UInt8>
    private let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
    private var quotes = SIMD16<UInt8>()
    /// By byte of the vector, the least that ends no field.
    private var least = SIMD16<UInt8>(repeating: .max)
    package private(set) var lines = 0
    /// Line ends by byte of the vector; emptied every 2 kB, since 4 kB may hold 256 in one byte.
    private var found = SIMD16<UInt8>()

    init(delimiter: UInt8) { separator = SIMD16(repeating: delimiter) }

    /// Quotes, carriage returns, NULs and what lies between those two.
    var hasSuspects: Bool {
      quotes != SIMD16() || least.min() <= UInt8(ascii: "\r")
    }

    /// A bit for each byte that ends a field.
    @inline(__always)
    mutating func look(at place: UnsafeRawPointer) -> UInt64 {
      let bytes = place.loadUnaligned(as: SIMD16<UInt8>.self)
      let isEnd = Self.bytes(bytes .== lineEnd)
      found &-= isEnd
      let isFound = isEnd | Self.bytes(bytes .== separator)
      quotes |= Self.bytes(bytes .== quote)
      least = csv_lesser_bytes(least, bytes | isFound)
      return UInt64(csv_bits_of_bytes(isFound))
    }

    mutating func emptyCounts() {
      for place in found.indices { lines += Int(found[place]) }
      found = SIMD16()
    }

    @inline(__always)
    private static func bytes(_ mask: SIMDMask<SIMD16<Int8>>) -> SIMD16<UInt8> {
      unsafeBitCast(mask, to: SIMD16<UInt8>.self)
    }
  }

  /// Writes the places of the mask's bits, eight at a time since guessing how many there are costs
  /// more than writing too many.
  @inline(__always)
  private func append(_ mask: UInt64, at offset: UInt32, behind count: inout Int) {
    var rest = mask
    var next = starts + (count &+ 1)
    count &+= mask.nonzeroBitCount
    let end = starts + (count &+ 1)
    repeat {
      for place in 0..<8 {
        next[place] = offset &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
      next += 8
    } while next < end
  }

  /// Whether text with suspects has neither quotes nor NULs nor lone carriage returns.
  private func isUsual(_ text: UnsafeMutablePointer<UInt8>, _ length: Int) -> Bool {
    for index in 0..<length {
      switch text[index] {
      case 0, UInt8(ascii: "\""): return false
      case UInt8(ascii: "\r"):
        if text[index + 1] != UInt8(ascii: "\n") { return false }
      default: continue
      }
    }
    return true
  }

  /// Hands over the rows of the text last searched, blank lines left out.
  package func rows(of text: UnsafePointer<UInt8>, _ onRow: (FieldList) -> Void) {
    var first = 0
    while first < count {
      var next = first + 1
      while text[Int(starts[next]) - 1] != UInt8(ascii: "\n") { next += 1 }
      let row = FieldList(base: text, bounds: starts + first, count: next - first, gap: 1)
      if next - first > 1 || !row[0].isEmpty { onRow(row) }
      first = next
    }
  }

  /// The rows of the text last searched if each has that many fields, at least two.
  package func grid(of text: UnsafePointer<UInt8>, width: Int) -> FieldGrid? {
    // There are as many separators as that takes, and those that end rows are as many line ends
    // as there are.
    guard width > 1, count == lines * width else { return nil }
    // Rows end with separators, which are all line ends if that is what they sum up to.
    var sum = 0
    var next = starts + width
    for _ in 0..<lines {
      sum &+= Int(text[Int(next.pointee) &- 1])
      next += width
    }
    guard sum == lines * Int(UInt8(ascii: "\n")) else { return nil }
    return FieldGrid(base: text, bounds: starts, width: width, rows: lines)
  }
}
