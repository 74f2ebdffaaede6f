import Foundation
import Support

/// A log being read in blocks.
package final class TraceFile {
  package let path: String
  /// Whether it can be read twice.
  package let isRegular: Bool
  /// Bytes; nil where nobody knows, as for a pipe.
  package let size: Int64?
  package private(set) var bytesRead: Int64 = 0
  private let descriptor: Int32
  private var contentHash: XXH64?

  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - isHashed: whether `hash` will be asked for.
  package init(path: String, isHashed: Bool = false) throws(TraceError) {
    self.path = path
    if isHashed { contentHash = XXH64() }
    descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw Self.error(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw Self.error(path, code)
    }
    if let problem = FileClaims.read(descriptor, path) {
      close(descriptor)
      throw TraceError(path: path, reason: problem)
    }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR {
      close(descriptor)
      throw Self.error(path, EISDIR)
    }
    isRegular = kind == S_IFREG
    size = isRegular ? Int64(status.st_size) : nil
  }

  deinit { close(descriptor) }

  /// Whether there is a file of that name which can be read twice.
  package static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Fills the block as far as there is something; 0 at the end.
  package func read(into block: UnsafeMutableRawBufferPointer) throws(TraceError) -> Int {
    var filled = 0
    while filled < block.count {
      let count = Foundation.read(
        descriptor, block.baseAddress?.advanced(by: filled), block.count - filled)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw Self.error(path, errno)
      }
    }
    bytesRead += Int64(filled)
    contentHash?.add(UnsafeRawBufferPointer(rebasing: block[..<filled]))
    return filled
  }

  /// Of what has been read so far; nil for what is no file, and unless it was asked for.
  package var hash: FileHash? {
    isRegular ? contentHash.map { FileHash(bytes: bytesRead, xxh64: $0.value) } : nil
  }

  private static func error(_ path: String, _ code: Int32) -> TraceError {
    let reason =
      switch code {
      case ENOENT, ENOTDIR: "no such file"
      case EISDIR: "is a folder, expected a log as CSV or JSON lines"
      default: "cannot be read: " + String(cString: strerror(code))
      }
    return TraceError(path: path, reason: reason)
  }
}
