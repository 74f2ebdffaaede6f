import Foundation
import Support

/// One of several shares of a log's rows: rows that follow each other, all shares about as long in bytes.
package struct LogShare: Hashable, Sendable {
  /// From 1.
  package var number: Int
  package var count: Int

  package init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }
}

/// Where a share's rows lie in the file of a log: behind its header, from one line's beginning to another's.
package struct LogExtent: Sendable {
  /// Bytes.
  package var header: Int64
  package var from: Int64
  package var to: Int64
  package var size: Int64

  /// Of a whole file.
  package init(size: Int64) { (header, from, to, self.size) = (0, 0, size, size) }

  /// Throws `TraceError` where the log cannot be read in shares.
  package init(of share: LogShare, in path: String) throws(TraceError) {
    guard TraceFile.isRegular(path), let file = FileHandle(forReadingAtPath: path) else {
      throw TraceError(path: path, reason: "--shard reads a file, expected one that is there")
    }
    defer { try? file.close() }
    let bytes = Bytes(file)
    size = bytes.size
    var quotes = 0
    var isFirst = true
    var isJSON = false
    let end = bytes.first(from: 0) { byte in
      if isFirst, ![0x20, 0x09, 0x0D, 0xEF, 0xBB, 0xBF].contains(byte) {
        (isFirst, isJSON) = (false, [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(byte))
      }
      if byte == UInt8(ascii: "\"") { quotes += 1 }
      return isJSON || byte == UInt8(ascii: "\n") && quotes.isMultiple(of: 2) && !isFirst
    }
    guard !isJSON else {
      throw TraceError(
        path: path,
        reason: "--shard reads CSV, expected no JSON (split it into files, by day for instance)")
    }
    header = end.map { $0 + 1 } ?? size
    let (header, size) = (header, size)
    // The line that a share would begin within is the share's before it.
    func start(_ place: Int) -> Int64 {
      let even =
        header + (size - header) / Int64(share.count) * Int64(place)
        + (size - header) % Int64(share.count) * Int64(place) / Int64(share.count)
      guard even > header else { return header }
      guard even < size else { return size }
      return bytes.first(from: even - 1) { $0 == UInt8(ascii: "\n") }.map { $0 + 1 } ?? size
    }
    from = start(share.number - 1)
    to = start(share.number)
  }

  /// Lines between the header and the share.
  package func linesBefore(in path: String) -> Int64 {
    guard let file = FileHandle(forReadingAtPath: path) else { return 0 }
    defer { try? file.close() }
    var lines: Int64 = 0
    Bytes(file).forEach(header..<from) { bytes in
      var start = bytes.startIndex
      bytes.withUnsafeBytes { all in
        while start < all.count, let base = all.baseAddress,
          let found = memchr(base + start, 0x0A, all.count - start)
        {
          lines += 1
          start = found - UnsafeMutableRawPointer(mutating: base) + 1
        }
      }
    }
    return lines
  }

  /// XXH64 of the whole file.
  package static func hash(of path: String) -> UInt64? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    let bytes = Bytes(file)
    var hash = XXH64()
    bytes.forEach(0..<bytes.size) { part in part.withUnsafeBytes { hash.add($0) } }
    return hash.value
  }

  private struct Bytes {
    let file: FileHandle
    let size: Int64

    init(_ file: FileHandle) {
      self.file = file
      var status = stat()
      size = fstat(file.fileDescriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// In pieces.
    func forEach(_ range: Range<Int64>, at once: Int = 1 << 20, _ body: ([UInt8]) -> Void) {
      var all = [UInt8](repeating: 0, count: once)
      var place = range.lowerBound
      while place < range.upperBound {
        let wanted = min(Int64(once), range.upperBound - place)
        let count = all.withUnsafeMutableBytes {
          pread(file.fileDescriptor, $0.baseAddress, Int(wanted), off_t(place))
        }
        guard count > 0 else { return }
        body(count == once ? all : Array(all[..<count]))
        place += Int64(count)
      }
    }

    /// The place of the first byte of which it holds.
    func first(from start: Int64, where holds: (UInt8) -> Bool) -> Int64? {
      var place = start
      var found: Int64?
      while found == nil, place < size {
        let range = place..<min(size, place + 65_536)
        forEach(range, at: 65_536) { bytes in
          found = bytes.firstIndex(where: holds).map { place + Int64($0) }
        }
        place = range.upperBound
      }
      return found
    }
  }
}
