/// The fields of a row where they lie in memory, for as long as a closure runs.
package struct FieldList {
  /// How many bytes behind a field can be read, whatever they are: readers take whole words.
  package static let padding = 16

  package let base: UnsafePointer<UInt8>
  /// Field n begins at `bounds[n]` and ends `gap` before `bounds[n + 1]`.
  package let bounds: UnsafePointer<UInt32>
  package let count: Int
  /// 1 where separators lie between the fields, else 0.
  package let gap: Int

  package init(base: UnsafePointer<UInt8>, bounds: UnsafePointer<UInt32>, count: Int, gap: Int) {
    self.base = base
    self.bounds = bounds
    self.count = count
    self.gap = gap
  }

  /// Field n as it lies there; the last one of a row may have half of a line end behind it.
  @inline(__always)
  package func bytes(_ index: Int) -> (base: UnsafePointer<UInt8>, count: Int) {
    let start = Int(bounds[index])
    return (base + start, Int(bounds[index &+ 1]) &- gap &- start)
  }

  @inline(__always)
  package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    let base: UnsafePointer<UInt8>
    var length: Int
    (base, length) = bytes(index)
    // What separates lines may be two bytes long.
    if gap > 0, index == count - 1, length > 0, base[length - 1] == UInt8(ascii: "\r") {
      length -= 1
    }
    return UnsafeBufferPointer(start: base, count: length)
  }
}

/// Rows of as many fields each, where they lie in memory between separators.
package struct FieldGrid {
  package let base: UnsafePointer<UInt8>
  /// Where the fields begin, row by row.
  package let bounds: UnsafePointer<UInt32>
  package let width: Int
  package let rows: Int

  @inline(__always)
  package subscript(row: Int) -> FieldList {
    FieldList(base: base, bounds: bounds + row &* width, count: width, gap: 1)
  }

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> FieldGrid {
    FieldGrid(
      base: base, bounds: bounds + range.lowerBound &* width, width: width, rows: range.count)
  }

  /// A field of all rows.
  package func column(_ field: Int) -> FieldColumn {
    FieldColumn(base: base, bounds: bounds + field, width: width)
  }
}

/// A field of some rows, as it lies there; the last one of a row may have half of a line end behind
/// it.
package struct FieldColumn {
  package let base: UnsafePointer<UInt8>
  /// The field begins at `bounds[row * width]`, and one behind that the next one does.
  package let bounds: UnsafePointer<UInt32>
  package let width: Int

  package init(base: UnsafePointer<UInt8>, bounds: UnsafePointer<UInt32>, width: Int) {
    self.base = base
    self.bounds = bounds
    self.width = width
  }

  /// Goes through rows until the body does not take one's text; returns that row, else the end.
  @inline(__always)
  package func run(
    from row: Int, to end: Int,
    _ takes: (_ text: (base: UnsafePointer<UInt8>, count: Int), _ row: Int) -> Bool
  ) -> Int {
    var row = row
    var place = bounds + row &* width
    while row < end {
      let (start, next) = (place[0], place[1])
      guard takes((base + Int(start), Int(next &- start) &- 1), row) else { break }
      place += width
      row &+= 1
    }
    return row
  }
}
