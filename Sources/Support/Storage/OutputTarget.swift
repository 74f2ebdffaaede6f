import Foundation

/// Where an output really goes once all links are followed, of which the last may lead to nothing yet.
package enum OutputTarget: Hashable, Sendable {
  /// A file, or what may become one: an absolute path without links.
  case file(String)
  /// What the program has open already: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
  case descriptor(Int32)

  /// As many links as Linux follows.
  private static let maximumLinks = 40

  /// Follows a path as the system does when it opens a file, without opening one. `-` is the standard
  /// output.
  package init(_ path: String) throws(OutputError) {
    if path == "-" {
      self = .descriptor(STDOUT_FILENO)
      return
    }
    guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count < Int(PATH_MAX) else {
      throw OutputError(errno: path.utf8.count < Int(PATH_MAX) ? ENOENT : ENAMETOOLONG, path: path)
    }
    var steps = Array(path.split(separator: "/").map(String.init).reversed())
    let isAbsolute = path.hasPrefix("/")
    let here = isAbsolute ? "/" : FileManager.default.currentDirectoryPath
    // The working folder may have been removed.
    if here.isEmpty { throw OutputError(errno: ENOENT, path: path) }
    var real = here.split(separator: "/").map(String.init)
    var links = 0
    while let step = steps.popLast() {
      switch step {
      case ".": continue
      case "..":
        _ = real.popLast()
        continue
      default: break
      }
      if steps.isEmpty, Self.holdsDescriptors(real), let number = Int32(step) {
        self = .descriptor(number)
        return
      }
      guard let link = Self.destination(of: Self.joined(real + [step])) else {
        real.append(step)
        continue
      }
      links += 1
      if links > Self.maximumLinks { throw OutputError(errno: ELOOP, path: path) }
      if link.hasPrefix("/") { real = [] }
      steps += link.split(separator: "/").map(String.init).reversed()
    }
    self = .file(Self.joined(real))
  }

  private static func joined(_ steps: [String]) -> String { "/" + steps.joined(separator: "/") }

  /// Whether a folder lists this process's own open files.
  private static func holdsDescriptors(_ folder: [String]) -> Bool {
    guard folder.last == "fd" else { return false }
    if folder == ["dev", "fd"] { return true }
    return folder.first == "proc" && folder.count > 2
      && folder[1] == destination(of: "/proc/self") ?? "\(getpid())"
  }

  /// What a symbolic link says; nil: there is no link.
  private static func destination(of path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
