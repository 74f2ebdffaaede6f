import Foundation
import Support

/// A temporary file that nobody else sees and that vanishes with the program, however it ends.
package final class SpillFile {
  private let descriptor: Int32
  private let path: String
  /// Bytes written.
  package private(set) var size: Int64 = 0

  package init(folder: String?) throws(OutputError) {
    let folder = folder ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    let (descriptor, path, code) = OutputJournal.uninterrupted {
      var name = Array((folder + "/costsim-XXXXXX").utf8CString)
      let descriptor = mkstemp(&name)
      let code = errno
      let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // Without a name the system frees it when it is closed.
      if descriptor >= 0 { unlink(path) }
      return (descriptor, path, code)
    }
    (self.descriptor, self.path) = (descriptor, path)
    if descriptor < 0 { throw OutputError(errno: code, path: folder) }
  }

  deinit { close(descriptor) }

  /// Under which this program can open it, though it has no name.
  package var readablePath: String { "/proc/self/fd/\(descriptor)" }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    var done = 0
    while done < bytes.count {
      let count = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw OutputError(errno: errno, path: path)
      }
    }
    size += Int64(bytes.count)
  }

  /// Fills the buffer from that place on.
  package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer)
    throws(OutputError)
  {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
        off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw OutputError(errno: count == 0 ? EIO : errno, path: path)
      }
    }
  }
}
