/// The length and content hash of a file.
struct FileHash: Sendable {
  var bytes: Int64
  var xxh64: UInt64
}
