import Foundation

/// A file being written from its start, which nobody else may read yet; what it holds counts only
/// once it is closed.
package final class OutputFile {
  /// What errors call it.
  private let name: String
  private var descriptor: Int32

  /// - Parameter name: what the user calls it, if that is not the path.
  package init(path: String, name: String? = nil) throws(OutputError) {
    self.name = name ?? path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw OutputError(errno: errno, path: self.name) }
  }

  deinit { if descriptor >= 0 { _ = Foundation.close(descriptor) } }

  package func write(_ bytes: [UInt8]) throws(OutputError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Foundation.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw OutputError(errno: errno, path: self.name)
      }
    }
  }

  /// Some file systems report only here that the disk was full.
  package func close() throws(OutputError) {
    let code = Foundation.close(descriptor)
    descriptor = -1
    if code != 0 { throw OutputError(errno: errno, path: self.name) }
  }
}
