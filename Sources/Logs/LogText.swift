import CZlib
import Catalogs
import Foundation
import Simulator
import Support

/// A file of a log, or a member of an archive, as text.
package struct LogText {
  /// As people would call it.
  package var name: String
  package var bytes: [UInt8]
  /// How it was packed, for the account.
  package var packing: String?
  /// Members of an archive that are no logs.
  package var ignored: [String] = []
}

/// Opens the files that a command names.
package enum LogFiles {
  private static let endings = ["csv", "json", "jsonl", "ndjson"]

  /// The files of a list of paths: of folders those whose names end like a log's, in order of name.
  package static func paths(_ names: [String]) throws -> [String] {
    try names.flatMap { name -> [String] in
      var isFolder: ObjCBool = false
      guard name != "-", FileManager.default.fileExists(atPath: name, isDirectory: &isFolder),
        isFolder.boolValue
      else { return [name] }
      let files = (try? FileManager.default.contentsOfDirectory(atPath: name)) ?? []
      let logs = files.filter(isLog).sorted().map { (name.hasSuffix("/") ? name : name + "/") + $0 }
      guard !logs.isEmpty else {
        throw BadInput(
          message: "\(name): error: no logs in this folder, expected files that end in "
            + InputLog.alternatives(endings.map { "." + $0 }) + ", also with .gz behind it")
      }
      return logs
    }
  }

  private static func isLog(_ name: String) -> Bool {
    let name = name.lowercased()
    let bare = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return endings.contains { bare.hasSuffix("." + $0) }
  }

  /// The texts of a file: one, or those of an archive's members in order of name.
  package static func open(_ path: String) throws -> [LogText] {
    let bytes = try read(path)
    for (magic, what, command) in unreadable where bytes.starts(with: magic) {
      throw TraceError(path: path, reason: "this is \(what); convert it first: \(command)")
    }
    if bytes.starts(with: [0x1F, 0x8B]) {
      return [LogText(name: path, bytes: try unpacked(bytes, path), packing: "gzip")]
    }
    guard bytes.starts(with: zip) else { return [LogText(name: path, bytes: bytes)] }
    return try members(bytes, path)
  }

  /// How a ZIP archive begins.
  package static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  private static let unreadable: [([UInt8], String, String)] = [
    ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file", "zstd -d FILE"),
    (Array("PAR1".utf8), "a Parquet file", "duckdb -c \"COPY 'FILE' TO 'log.csv'\""),
    ([0xFF, 0xFE], "UTF-16 text", "iconv -f UTF-16 -t UTF-8 FILE > log.csv"),
    ([0xFE, 0xFF], "UTF-16 text", "iconv -f UTF-16 -t UTF-8 FILE > log.csv"),
    (Array("SQLite format 3".utf8), "an SQLite file", "sqlite3 -csv -header FILE 'SELECT …'"),
  ]

  private static func read(_ path: String) throws -> [UInt8] {
    let file = try TraceFile(path: path)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(file.size ?? 0))
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { block.deallocate() }
    while true {
      let count = try file.read(into: block)
      if count == 0 { return bytes }
      let new = UnsafeRawBufferPointer(rebasing: block[..<count])
      if bytes.isEmpty, let problem = noText(new) { throw TraceError(path: path, reason: problem) }
      bytes.append(contentsOf: new)
      if bytes.count > InputLimit.logBytes.value {
        throw TraceError(
          path: path, reason: "it has " + InputLimit.logBytes.exceeded(by: "bytes"))
      }
    }
  }

  /// A file that begins with a zero byte where it is neither packed nor of a kind that is known; nil: it
  /// may be a log.
  private static func noText(_ start: UnsafeRawBufferPointer) -> String? {
    let known = unreadable.map(\.0) + [zip, [0x1F, 0x8B]]
    guard !known.contains(where: { start.starts(with: $0) }),
      let zero = start.prefix(4_096).firstIndex(of: 0)
    else { return nil }
    return "this is no text: byte \(zero + 1) is 0"
  }

  package static func hash(_ path: String) throws -> FileHash? {
    let file = try TraceFile(path: path, isHashed: true)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { block.deallocate() }
    while try file.read(into: block) > 0 {}
    return file.hash
  }

  private static func members(_ bytes: [UInt8], _ path: String) throws -> [LogText] {
    do {
      let archive = try ZipArchive(bytes)
      let logs = archive.members.filter { isLog($0.name) }.sorted { $0.name < $1.name }
      let sizes = logs.map { (unpacked: $0.size, packed: $0.compressedSize) }
      let all = (unpacked: sizes.reduce(0) { $0 + $1.unpacked }, packed: bytes.count)
      for (unpacked, packed) in sizes + [all] {
        if let problem = InputLimit.problem(unpacked: unpacked, packed: packed) {
          throw TraceError(path: path, reason: problem)
        }
      }
      let others = archive.members.map(\.name).filter { !isLog($0) && !$0.hasSuffix("/") }
      guard !logs.isEmpty else {
        throw TraceError(path: path, reason: "no logs in this archive")
      }
      return try logs.enumerated().map { place, member in
        let contents = try archive.contents(of: member, limit: .logBytes)
        let isPacked = contents.starts(with: [0x1F, 0x8B])
        return LogText(
          name: "\(path)/\(member.name)",
          bytes: isPacked ? try unpacked(contents, path) : contents,
          packing: "zip", ignored: place == 0 ? others : [])
      }
    } catch let problem as ZipArchive.Problem {
      throw TraceError(path: path, reason: problem.message)
    }
  }

  /// All members of a gzip file, one after another.
  private static func unpacked(_ packed: [UInt8], _ path: String) throws -> [UInt8] {
    var input = packed
    var output: [UInt8] = []
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, MAX_WBITS + 32, ZLIB_VERSION, size) == Z_OK else {
      throw TraceError(path: path, reason: "zlib cannot be used here")
    }
    defer { inflateEnd(&stream) }
    var block = [UInt8](repeating: 0, count: 1 << 20)
    var place = 0
    // Where the stream of several began, packed and unpacked.
    var (start, first) = (0, 0)
    var status = Z_OK
    repeat {
      let (used, made) = input.withUnsafeMutableBufferPointer { from in
        block.withUnsafeMutableBufferPointer { to in
          let available = UInt32(min(from.count - place, 1 << 30))
          stream.next_in = from.baseAddress.map { $0 + place }
          stream.avail_in = available
          stream.next_out = to.baseAddress
          stream.avail_out = UInt32(to.count)
          status = inflate(&stream, Z_NO_FLUSH)
          return (Int(available - stream.avail_in), to.count - Int(stream.avail_out))
        }
      }
      place += used
      output += block[..<made]
      let all = (output.count, place)
      for (unpacked, packed) in [(output.count - first, place - start), all] {
        if let problem = InputLimit.problem(unpacked: unpacked, packed: packed) {
          throw TraceError(path: path, reason: problem)
        }
      }
      if status == Z_STREAM_END, place < input.count {
        status = inflateReset(&stream)
        (start, first) = (place, output.count)
      }
      guard status == Z_OK || status == Z_STREAM_END, used > 0 || made > 0 else {
        throw TraceError(path: path, reason: "the gzip file is damaged or cut off")
      }
    } while status != Z_STREAM_END
    return output
  }
}
