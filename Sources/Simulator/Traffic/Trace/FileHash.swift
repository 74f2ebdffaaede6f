import Dispatch
import Foundation
import Synchronization

/// The length and hash of a file, found while something else is done.
final class FileHash: Sendable {
  struct Found: Sendable {
    var bytes: Int64
    var xxh64: UInt64
  }

  private let found = Mutex<Found?>(nil)
  private let isDone = DispatchGroup()

  init(of path: String) {
    isDone.enter()
    DispatchQueue.global().async {
      let found = Self.read(path)
      self.found.withLock { $0 = found }
      self.isDone.leave()
    }
  }

  /// Waits for it; nil if the file cannot be read again, as the standard input.
  var value: Found? {
    isDone.wait()
    return found.withLock { $0 }
  }

  private static func read(_ path: String) -> Found? {
    guard let file = try? TraceFile(path: path), file.isRegular else { return nil }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { block.deallocate() }
    var hash = XXH64()
    while let count = try? file.read(into: block), count > 0 {
      hash.add(UnsafeRawBufferPointer(rebasing: block[..<count]))
    }
    return Found(bytes: file.bytesRead, xxh64: hash.value)
  }
}
