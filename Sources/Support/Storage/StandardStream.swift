import Foundation

/// Standard output, which must arrive whole, and standard error, which nobody may be reading.
package enum StandardStream {
  private static let output = "standard output"

  /// Whether an output of the command is the standard output, so that nothing else may be; set before
  /// anything is read.
  package nonisolated(unsafe) static var carriesOutput = false
  /// The option that prints something for programs, beside which no output can be the standard output.
  package nonisolated(unsafe) static var program: String?

  /// Text for people: nothing in it steers a terminal, turns the reading direction or is a command
  /// to a CI server.
  package static func say(_ text: String) {
    let isTerminal = isatty(carriesOutput ? STDERR_FILENO : STDOUT_FILENO) == 1
    let harmless = TextStyle.applied(HumanFormat.visibleStyled(text), isTerminal: isTerminal)
    if carriesOutput { raw(harmless) } else { print(harmless, terminator: "") }
  }

  /// Text for programs, as it is.
  package static func put(_ text: String) { print(text, terminator: "") }

  /// What was printed leaves the program's buffers, or the error says why it cannot.
  package static func flush() throws(OutputError) {
    if fflush(nil) != 0 { throw failure(errno, nil) }
  }

  /// - Parameter name: what the user calls it; nil: it is the standard output.
  package static func write(_ data: Data, to descriptor: Int32, name: String?) throws(OutputError) {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw failure(errno, name)
      }
    }
  }

  /// To standard error, as harmless as what is said.
  package static func tell(_ text: String) { raw(HumanFormat.visibleLines(text)) }

  /// The program's own control characters, to standard error.
  package static func raw(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  private static func failure(_ code: Int32, _ name: String?) -> OutputError {
    if let name { return OutputError(errno: code, path: name) }
    return code == EPIPE
      ? .closedPipe : .failed(path: output, reason: String(cString: strerror(code)))
  }
}
