import Support

/// Decodes blocks of whole lines, each by itself.
package struct BlockDecoder {
  /// What it takes to make one.
  package struct Recipe {
    package var plan: TracePlan
    package var options: TraceOptions
    /// nil: JSON lines.
    package var delimiter: UInt8?

    package func decoder() -> BlockDecoder { BlockDecoder(self) }
  }

  package var rows: TraceDecoder
  private let scan: CSVScan?
  private let isJSON: Bool

  private init(_ recipe: Recipe) {
    let comma = UInt8(ascii: ",")
    rows = TraceDecoder(
      plan: recipe.plan, options: recipe.options,
      decimalComma: (recipe.delimiter ?? comma) != comma)
    isJSON = recipe.delimiter == nil
    scan = recipe.delimiter.flatMap {
      CSVScan(delimiter: $0, capacity: recipe.options.blockSize + 1)
    }
  }

  /// Reads what is left of a block; false if it has to be read in order after the block before,
  /// because it does not end with a line or because only libcsv can read it.
  package mutating func decode(_ block: TraceBlock) -> Bool {
    guard let text = block.wholeLines() else { return false }
    guard isJSON else { return decode(csv: text, into: &block.piece) }
    if text.contains(0) { return false }
    var lines = LineSplitter()
    lines.feed(Bytes(text)) { rows.add(line: $0) }
    rows.hand(over: &block.piece)
    return true
  }

  private mutating func decode(
    csv text: UnsafeMutableBufferPointer<UInt8>, into piece: inout TracePiece
  ) -> Bool {
    guard let base = text.baseAddress, let scan, scan.find(in: base, count: text.count) else {
      return false
    }
    let grid = scan.grid(of: base, width: rows.plan.fieldCount)
    if !(grid.map { rows.add($0) } ?? false) { scan.rows(of: base) { rows.add($0) } }
    rows.hand(over: &piece)
    return true
  }
}
