/// One row of a CSV file: its fields' bytes side by side, so that reading allocates little.
struct CSVRow: Sendable {
  /// From 1; the header counts, blank lines and a `sep=` line do not.
  private(set) var number = 0
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// The text of a field; nil where the bytes are not UTF-8.
  func text(_ index: Int) -> String? {
    String(validating: bytes[range(index)], as: UTF8.self)
  }

  /// The bytes of a field, unquoted.
  func withBytes<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let range = range(index)
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  mutating func append(_ field: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: field)
    ends.append(bytes.count)
  }

  mutating func begin(number: Int) {
    self.number = number
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }
}
