/// The length and content hash of a file.
package struct FileHash: Sendable {
  package var bytes: Int64
  package var xxh64: UInt64

  package init(bytes: Int64, xxh64: UInt64) { (self.bytes, self.xxh64) = (bytes, xxh64) }
}
