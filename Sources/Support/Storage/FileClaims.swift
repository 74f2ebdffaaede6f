import Foundation
import Synchronization

/// Which regular files the command reads and which it will replace, by device and inode, so that
/// names, links and hard links do not matter: what is written must not be read as well.
package enum FileClaims {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64

    /// nil: no regular file. (A terminal may well be read and written.)
    init?(_ status: stat) {
      guard status.st_mode & S_IFMT == S_IFREG else { return nil }
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }
  private struct Claims {
    /// One command is all that the process does. In a process of many (tests), numbers of inodes
    /// come back.
    var areWatched = false
    var read: [Identity: String] = [:]
    var written: [Identity: String] = [:]
  }
  private static let claims = Mutex(Claims())

  package static func watch() { claims.withLock { $0.areWatched = true } }

  /// Notes an open file as an input. Returns what is wrong with that, in words that follow its name.
  package static func read(_ descriptor: Int32, _ path: String) -> String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, let identity = Identity(status) else { return nil }
    return claims.withLock { claims in
      guard claims.areWatched else { return nil }
      claims.read[identity] = path
      return claims.written[identity].map { output in
        "is to be written as well, as '\(output)', expected an output of its own"
      }
    }
  }

  /// Whether there is a file of that name that can be read twice: no pipe.
  package static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && Identity(status) != nil
  }

  /// An output that is read to be brought up to date.
  package static func update(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, let identity = Identity(status) else { return }
    claims.withLock { _ = $0.written.removeValue(forKey: identity) }
  }

  /// Whether what is there, to be replaced, was read after all; throws if it was.
  package static func checkUnread(_ status: stat, _ path: String) throws(OutputError) {
    guard let identity = Identity(status) else { return }
    let input = claims.withLock { $0.written[identity] == nil ? nil : $0.read[identity] }
    if let input { throw OutputError.isInput(path: path, input: input) }
  }

  /// Notes a file as an output; throws if it is an input.
  package static func write(_ status: stat, _ path: String) throws(OutputError) {
    guard let identity = Identity(status) else { return }
    let input = claims.withLock { claims -> String? in
      guard claims.areWatched else { return nil }
      claims.written[identity] = path
      return claims.read[identity]
    }
    if let input { throw OutputError.isInput(path: path, input: input) }
  }
}
