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
  /// Of a share of it: its bytes are read behind the header's.
  package private(set) var extent: LogExtent?
  private var isInShare = false
  /// Quotes so far, of a share.
  private var quotes: Int64 = 0

  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - isHashed: whether `hash` will be asked for.
  ///   - share: of its rows, those that are read.
  package init(
    path: String, isHashed: Bool = false, share: LogShare? = nil
  ) throws(TraceError) {
    self.path = path
    if isHashed { contentHash = XXH64() }
    if let share { extent = try LogExtent(of: share, in: path) }
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
      let wanted = min(block.count - filled, try left())
      if wanted == 0 { break }
      let count = Foundation.read(descriptor, block.baseAddress?.advanced(by: filled), wanted)
      if count == 0 { break }
      if count > 0 {
        filled += count
        bytesRead += Int64(count)
      } else if errno != EINTR {
        throw Self.error(path, errno)
      }
    }
    let bytes = UnsafeRawBufferPointer(rebasing: block[..<filled])
    contentHash?.add(bytes)
    if extent != nil { quotes += bytes.reduce(0) { $0 &+ ($1 == 0x22 ? 1 : 0) } }
    return filled
  }

  /// How many bytes may be read from here on.
  private func left() throws(TraceError) -> Int {
    guard let extent else { return .max }
    if !isInShare, bytesRead == extent.header {
      guard lseek(descriptor, off_t(extent.from), SEEK_SET) >= 0 else {
        throw Self.error(path, errno)
      }
      isInShare = true
    }
    let end = isInShare ? extent.header + extent.to - extent.from : extent.header
    return Int(end - bytesRead)
  }

  /// Whether a quote is open at the end of a share that was not at its beginning.
  package var isQuoted: Bool { !quotes.isMultiple(of: 2) }

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
