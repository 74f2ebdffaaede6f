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

  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(bounds[index])
    var end = Int(bounds[index + 1]) - gap
    // What separates lines may be two bytes long.
    if gap > 0, index == count - 1, end > start, base[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return UnsafeBufferPointer(start: base + start, count: end - start)
  }
}
