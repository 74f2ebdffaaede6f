import Support

/// Cuts a stream of bytes into lines, which may lie across blocks. Blank ones are left out.
package struct LineSplitter {
  private var carry: [UInt8] = []

  /// How much of an unfinished line is held.
  package var pending: Int { carry.count }

  package mutating func feed(_ block: Bytes, _ onLine: (Bytes) throws -> Void) rethrows {
    var rest = block
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = Bytes(rebasing: rest[..<end])
      rest = Bytes(rebasing: rest[(end + 1)...])
      if carry.isEmpty {
        try Self.hand(line, onLine)
      } else {
        carry.append(contentsOf: line)
        try flush(onLine)
      }
    }
    carry.append(contentsOf: rest)
  }

  /// Ends the stream: the last line may lack its end.
  package mutating func finish(_ onLine: (Bytes) throws -> Void) rethrows { try flush(onLine) }

  private mutating func flush(_ onLine: (Bytes) throws -> Void) rethrows {
    let count = carry.count
    // Readers of values may look a little beyond them.
    carry.append(contentsOf: repeatElement(0, count: FieldList.padding))
    try carry.withUnsafeBufferPointer { try Self.hand(Bytes(rebasing: $0[..<count]), onLine) }
    carry.removeAll(keepingCapacity: true)
  }

  private static func hand(_ line: Bytes, _ onLine: (Bytes) throws -> Void) rethrows {
    let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    if !isBlank { try onLine(line) }
  }
}
