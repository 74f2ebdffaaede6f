/// The fields of a row where they lie in memory, for as long as a closure runs.
struct FieldList {
  let bytes: UnsafeBufferPointer<UInt8>
  /// Field n is what lies from `starts[n]` to `ends[n]`.
  let starts: UnsafeBufferPointer<Int>
  let ends: UnsafeBufferPointer<Int>

  var count: Int { starts.count }

  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[starts[index]..<ends[index]])
  }
}
