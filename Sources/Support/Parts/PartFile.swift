import Foundation

/// The file of a part: what it is, its content, and a checksum of all that.
///
/// Twelve bytes `costsim part`, the format's version, the kind, the content's length, the content, and
/// XXH64 of everything before; numbers are little-endian, of four, four, eight and eight bytes. The
/// content begins with the version of the program, since no other reads it.
package enum PartFile {
  /// What a part is of.
  package enum Kind: UInt32, Sendable {
    /// Months of a `run`.
    case months = 1
    /// Pieces of a log that was replayed.
    case log = 2
    /// What those spend in some minutes.
    case moments = 3
  }

  /// What the file at `path` is a part of, as far as its head tells.
  package static func kind(_ path: String) -> Kind? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: 20), head.count == 20,
      head.starts(with: magic)
    else { return nil }
    return Kind(rawValue: UInt32(truncatingIfNeeded: number(Array(head)[16..<20])))
  }

  /// Raised whenever what a part holds changes.
  package static let format: UInt32 = 3
  private static let magic = Array("costsim part".utf8)
  private static let headLength = 28

  package static func bytes(of value: some PartValue, kind: Kind) -> [UInt8] {
    let content = PartCoder.bytes(of: Version.current) + PartCoder.bytes(of: value)
    var bytes = magic
    append(UInt64(format), of: 4, to: &bytes)
    append(UInt64(kind.rawValue), of: 4, to: &bytes)
    append(UInt64(content.count), of: 8, to: &bytes)
    bytes += content
    append(checksum(bytes[...]), of: 8, to: &bytes)
    return bytes
  }

  /// The value that a file of that kind holds. Throws `BadInput` with the file's name where there is none
  /// that can be read.
  package static func read<Value: PartValue>(
    _ path: String, kind: Kind, as type: Value.Type = Value.self
  ) throws(BadInput) -> Value {
    do throws(PartDamage) {
      return try parse(try contents(path), kind: kind)
    } catch {
      throw BadInput(message: "\(path): error: \(error.message)")
    }
  }

  package static func parse<Value: PartValue>(
    _ bytes: [UInt8], kind: Kind, as type: Value.Type = Value.self
  ) throws(PartDamage) -> Value {
    try PartCoder.value(content(of: bytes, kind), after: checkVersion)
  }

  private static func checkVersion(_ version: String) throws(PartDamage) {
    guard version == Version.current else {
      throw PartDamage(
        "was written by costsim \(version), expected \(Version.current), which is this one")
    }
  }

  private static func content(
    of bytes: [UInt8], _ kind: Kind
  ) throws(PartDamage) -> [UInt8] {
    guard bytes.starts(with: magic) || (bytes.count < magic.count && magic.starts(with: bytes))
    else {
      throw PartDamage("is no part of a result, expected a file that --partial has written")
    }
    guard bytes.count >= headLength else {
      throw PartDamage("is cut off after \(counted(bytes.count)), in the midst of its head")
    }
    let version = number(bytes[12..<16])
    guard version == UInt64(format) else {
      throw PartDamage(
        "is in format \(version), expected \(format): all parts need the costsim that merges them")
    }
    let length = number(bytes[16 + 4..<headLength])
    let whole = UInt64(headLength + 8).addingReportingOverflow(length)
    guard !whole.overflow, UInt64(bytes.count) >= whole.partialValue else {
      throw PartDamage(
        "is cut off: it has \(counted(bytes.count)) and says that its content alone has \(length) bytes"
      )
    }
    guard UInt64(bytes.count) == whole.partialValue else {
      throw PartDamage(
        "is damaged: it has \(counted(bytes.count)), expected \(whole.partialValue)")
    }
    let end = bytes.count - 8
    guard number(bytes[end...]) == checksum(bytes[..<end]) else {
      throw PartDamage("is damaged: its checksum does not fit its content")
    }
    guard number(bytes[16..<20]) == UInt64(kind.rawValue) else {
      throw PartDamage("is a part of something else, expected \(kind)")
    }
    return Array(bytes[headLength..<end])
  }

  private static func contents(_ path: String) throws(PartDamage) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard !path.utf8.contains(0),
      FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    else { throw PartDamage("no such file") }
    guard !isFolder.boolValue else { throw PartDamage("is a folder, expected a part") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw PartDamage("cannot be read (permission denied?)")
    }
    defer { try? file.close() }
    if let problem = FileClaims.read(file.fileDescriptor, path) { throw PartDamage(problem) }
    guard let data = try? file.readToEnd() else {
      if let size = try? file.offset(), size == 0 { throw PartDamage("is empty, expected a part") }
      throw PartDamage("cannot be read")
    }
    guard !data.isEmpty else { throw PartDamage("is empty, expected a part") }
    return Array(data)
  }

  private static func counted(_ bytes: Int) -> String { bytes == 1 ? "1 byte" : "\(bytes) bytes" }

  private static func append(_ value: UInt64, of count: Int, to bytes: inout [UInt8]) {
    for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var hash = XXH64()
    bytes.withUnsafeBytes { hash.add($0) }
    return hash.value
  }
}
