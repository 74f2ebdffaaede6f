/// The fields of a row where they lie in memory, for as long as a closure runs.
struct FieldList {
  /// How many bytes behind a field can be read, whatever they are: readers take whole words.
  static let padding = 16

  let base: UnsafePointer<UInt8>
  /// Field n begins at `bounds[n]` and ends `gap` before `bounds[n + 1]`.
  let bounds: UnsafePointer<UInt32>
  let count: Int
  /// 1 where separators lie between the fields, else 0.
  let gap: Int

  /// Field n as it lies there; the last one of a row may have half of a line end behind it.
  @inline(__always)
  func bytes(_ index: Int) -> (base: UnsafePointer<UInt8>, count: Int) {
    let start = Int(bounds[index])
    return (base + start, Int(bounds[index &+ 1]) &- gap &- start)
  }

  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
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
