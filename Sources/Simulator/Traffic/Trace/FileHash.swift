/// The length and content hash of a file.
package struct FileHash: Sendable {
  package var bytes: Int64
  package var xxh64: UInt64
}
