/// One row of a CSV file: its fields' bytes side by side, so that reading allocates little.
package struct CSVRow: Sendable {
  /// From 1; the header counts, blank lines and a `sep=` line do not.
  package private(set) var number = 0
  private var bytes: [UInt8] = []
  /// Field n lies between bounds n and n + 1.
  private var bounds: [UInt32] = [0]

  package var count: Int { bounds.count - 1 }

  /// The text of a field; nil where the bytes are not UTF-8.
  package func text(_ index: Int) -> String? {
    String(validating: bytes[range(index)], as: UTF8.self)
  }

  /// The bytes of a field, unquoted.
  package func withBytes<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result)
    -> Result
  {
    let range = range(index)
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// All fields at once.
  package func withFields<Result>(_ body: (FieldList) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { bytes in
      try bounds.withUnsafeBufferPointer { bounds in
        try body(
          FieldList(
            base: bytes.baseAddress.unsafelyUnwrapped,
            bounds: bounds.baseAddress.unsafelyUnwrapped, count: bounds.count - 1, gap: 0))
      }
    }
  }

  package mutating func append(_ field: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: field)
    bounds.append(UInt32(bytes.count))
  }

  /// Ends the row: readers of fields may look a little beyond them.
  package mutating func pad() {
    bytes.append(contentsOf: repeatElement(0, count: FieldList.padding))
  }

  package mutating func begin(number: Int) {
    self.number = number
    bytes.removeAll(keepingCapacity: true)
    bounds.removeAll(keepingCapacity: true)
    bounds.append(0)
  }

  private func range(_ index: Int) -> Range<Int> {
    Int(bounds[index])..<Int(bounds[index + 1])
  }
}
