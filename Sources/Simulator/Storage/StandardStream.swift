import Foundation

/// Standard output, which must arrive whole, and standard error, which nobody may be reading.
enum StandardStream {
  private static let output = "standard output"

  /// What was printed leaves the program's buffers, or the error says why it cannot.
  static func flush() throws(OutputError) {
    if fflush(nil) != 0 { throw failure(errno) }
  }

  static func write(_ data: Data) throws(OutputError) {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw failure(errno)
      }
    }
  }

  static func tell(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  private static func failure(_ code: Int32) -> OutputError {
    .failed(path: output, reason: String(cString: strerror(code)))
  }
}
