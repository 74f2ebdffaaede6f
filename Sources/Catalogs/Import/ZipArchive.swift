import CZlib
import Foundation
import Support

/// The members of a zip archive, which a Python wheel is. Without encryption, parts and zip64.
package struct ZipArchive {
  package struct Problem: Error {
    package var message: String
  }
  package struct Member {
    package var name: String
    fileprivate var method: Int
    fileprivate var checksum: UInt32
    package fileprivate(set) var compressedSize: Int
    /// Unpacked, as the directory says; it holds no more.
    package fileprivate(set) var size: Int
    fileprivate var header: Int
  }

  private let bytes: [UInt8]
  package private(set) var members: [Member] = []

  package static func isZip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
  }

  package init(_ bytes: [UInt8]) throws(Problem) {
    self.bytes = bytes
    try readDirectory()
  }

  /// What a member holds, checked against its checksum.
  package func contents(
    of member: Member, limit: InputLimit = .priceListBytes
  ) throws(Problem) -> [UInt8] {
    guard member.size <= limit.value else {
      throw Problem(
        message: "'\(member.name)' unpacks to "
          + limit.exceeded(by: "bytes"))
    }
    guard try number(member.header, 4) == 0x0403_4B50 else {
      throw Problem(message: "'\(member.name)' is not where the archive says")
    }
    let start =
      try member.header + 30 + number(member.header + 26, 2) + number(member.header + 28, 2)
    guard start + member.compressedSize <= bytes.count else { throw Self.cut }
    let packed = bytes[start..<start + member.compressedSize]
    let result: [UInt8]
    switch member.method {
    case 0: result = Array(packed)
    case 8: result = try Self.inflated(packed, size: member.size, name: member.name)
    default:
      throw Problem(message: "'\(member.name)' is packed by method \(member.method), not deflate")
    }
    let checksum = crc32(0, result, UInt32(result.count))
    guard result.count == member.size, UInt32(checksum) == member.checksum else {
      throw Problem(message: "'\(member.name)' is damaged")
    }
    return result
  }

  // MARK: Directory

  private static let cut = Problem(message: "the archive is cut off or damaged")

  private mutating func readDirectory() throws(Problem) {
    // The end record is 22 bytes long, with a comment of up to 65,535 behind it.
    let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    var end = bytes.count - 22
    let lowest = max(0, end - 65_535)
    while end >= lowest, !bytes[end...].starts(with: signature) { end -= 1 }
    guard end >= lowest else { throw Self.cut }
    var place = try number(end + 16, 4)
    for _ in 0..<(try number(end + 10, 2)) {
      guard try number(place, 4) == 0x0201_4B50 else { throw Self.cut }
      let length = try number(place + 28, 2)
      guard place + 46 + length <= bytes.count else { throw Self.cut }
      members.append(
        Member(
          name: String(decoding: bytes[(place + 46)..<(place + 46 + length)], as: UTF8.self),
          method: try number(place + 10, 2), checksum: UInt32(try number(place + 16, 4)),
          compressedSize: try number(place + 20, 4), size: try number(place + 24, 4),
          header: try number(place + 42, 4)))
      place += try 46 + length + number(place + 30, 2) + number(place + 32, 2)
    }
  }

  /// Little-endian.
  private func number(_ at: Int, _ count: Int) throws(Problem) -> Int {
    guard at >= 0, at + count <= bytes.count else { throw Self.cut }
    return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func inflated(
    _ packed: ArraySlice<UInt8>, size: Int, name: String
  ) throws(Problem) -> [UInt8] {
    var input = Array(packed)
    var output = [UInt8](repeating: 0, count: max(1, size))
    var stream = z_stream()
    // Negative: raw deflate, without zlib's own header.
    let version = inflateInit2_(
      &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard version == Z_OK else { throw Problem(message: "zlib cannot be used here") }
    defer { inflateEnd(&stream) }
    let status = input.withUnsafeMutableBufferPointer { from in
      output.withUnsafeMutableBufferPointer { to in
        stream.next_in = from.baseAddress
        stream.avail_in = UInt32(from.count)
        stream.next_out = to.baseAddress
        stream.avail_out = UInt32(to.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END else { throw Problem(message: "'\(name)' is damaged") }
    return Array(output.prefix(Int(stream.total_out)))
  }
}
