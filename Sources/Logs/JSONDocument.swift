import Foundation
import LogJSON
import Simulator

/// One parsed JSON value: nodes in order, each with the place of the one behind it.
package final class JSONDocument {
  package struct Problem: Error { var message: String }

  /// The text and its nodes, of the document's own memory.
  let bytes: UnsafePointer<UInt8>
  let nodes: UnsafePointer<lj_node>
  /// What texts hold that are JSON themselves, by node; nil: they are none.
  private var opened: [Int: JSONNode?] = [:]
  private let parser: JSONParser

  fileprivate init(
    bytes: UnsafePointer<UInt8>, nodes: UnsafeBufferPointer<lj_node>, parser: JSONParser
  ) {
    self.bytes = bytes
    self.parser = parser
    let copy = UnsafeMutableBufferPointer<lj_node>.allocate(capacity: max(1, nodes.count))
    _ = copy.initialize(from: nodes)
    self.nodes = UnsafePointer(copy.baseAddress.unsafelyUnwrapped)
  }

  deinit {
    bytes.deallocate()
    nodes.deallocate()
  }

  package var root: JSONNode { JSONNode(document: self, index: 0) }

  fileprivate func opened(_ index: Int, _ text: String) -> JSONNode? {
    if let known = opened[index] { return known }
    var text = text
    let node = text.withUTF8 { parser.inside($0) }
    opened[index] = .some(node)
    return node
  }
}

/// Parses values by simdjson.
package final class JSONParser {
  /// What simdjson may read behind a text.
  package static let padding = 64
  private let parser = lj_create()

  deinit { lj_free(parser) }

  package func parse(_ text: some Collection<UInt8>) throws(JSONDocument.Problem) -> JSONDocument {
    let length = text.count
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: length + Self.padding)
    _ = bytes.initialize(from: text)
    bytes[length...].initialize(repeating: 0x20)
    let start = UnsafePointer(bytes.baseAddress.unsafelyUnwrapped)
    var nodes: UnsafePointer<lj_node>?
    var count = 0
    let problem = start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
      lj_parse(parser, $0, length, bytes.count, &nodes, &count)
    }
    if let problem {
      bytes.deallocate()
      throw JSONDocument.Problem(message: String(cString: problem))
    }
    return JSONDocument(
      bytes: start, nodes: UnsafeBufferPointer(start: nodes, count: count), parser: self)
  }

  /// An object or array that is written as a text, also with its quotes doubled once more.
  func inside(_ text: Bytes) -> JSONNode? {
    guard let first = text.first, JSONNode.mayOpen(first) else { return nil }
    if let parsed = try? parse(text) { return parsed.root }
    let single = String(decoding: text, as: UTF8.self).replacing("\"\"", with: "\"")
    return try? parse(single.utf8).root
  }
}

/// A value of a document.
package struct JSONNode {
  package enum Kind { case null, bool, number, string, array, object }

  let document: JSONDocument
  let index: Int

  init(document: JSONDocument, index: Int) {
    self.document = document
    self.index = index
  }

  private var node: lj_node { document.nodes[index] }

  package var kind: Kind {
    switch Int(node.kind) {
    case LJ_NULL: .null
    case LJ_FALSE, LJ_TRUE: .bool
    case LJ_NUMBER: .number
    case LJ_STRING: .string
    case LJ_ARRAY: .array
    default: .object
    }
  }

  package var isScalar: Bool { kind != .array && kind != .object }

  /// The key under which it stands, if in an object.
  package var key: String { document.text(node.key, node.key_length) }

  /// Of a scalar, without quotes and escapes.
  package var text: String {
    kind == .string
      ? document.text(node.text, node.text_length)
      : String(decoding: document.raw(node.text, node.text_length), as: UTF8.self)
  }

  /// The values of an array or an object.
  package var children: Children {
    Children(document: document, place: index + 1, end: Int(node.next))
  }

  package struct Children: Sequence, IteratorProtocol {
    fileprivate let document: JSONDocument
    fileprivate var place: Int
    fileprivate let end: Int

    package mutating func next() -> JSONNode? {
      guard place < end else { return nil }
      defer { place = Int(document.nodes[place].next) }
      return JSONNode(document: document, index: place)
    }
  }

  /// The value under a key of an object; nil if this is none or has no such key.
  package subscript(name: String) -> JSONNode? {
    guard kind == .object else { return nil }
    return children.first { $0.isCalled(name) }
  }

  func isCalled(_ name: String) -> Bool {
    let key = document.raw(node.key, node.key_length)
    var name = name
    return name.withUTF8 { key.equals($0) } || (key.hasEscapes && self.key == name)
  }

  /// What the text holds, if that is JSON.
  package var inner: JSONNode? {
    guard withBytes({ $0.first.map(Self.mayOpen) }) == true else { return nil }
    return document.opened(index, text)
  }

  /// Whether a text that begins so may be JSON.
  static func mayOpen(_ first: UInt8) -> Bool {
    first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// A scalar as it is written, without quotes.
  func withBytes<Result>(_ body: (Bytes) -> Result) -> Result {
    withExtendedLifetime(document) { body(document.raw(node.text, node.text_length)) }
  }

  var firstChild: JSONNode? {
    index + 1 < Int(node.next) ? JSONNode(document: document, index: index + 1) : nil
  }

  /// Children with their keys as these are written.
  func forEachChild(_ body: (JSONNode, Bytes) -> Void) {
    let end = Int(node.next)
    var place = index + 1
    withExtendedLifetime(document) {
      while place < end {
        let child = document.nodes[place]
        body(
          JSONNode(document: document, index: place), document.raw(child.key, child.key_length))
        place = Int(child.next)
      }
    }
  }

  /// On one line, without white space between tokens; all tokens as they were written.
  package func write(into bytes: inout [UInt8], isKeyed: Bool = false) {
    if isKeyed {
      bytes.append(UInt8(ascii: "\""))
      bytes += document.raw(node.key, node.key_length)
      bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }
    switch kind {
    case .array, .object:
      let isObject = kind == .object
      bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
      for (place, child) in children.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        child.write(into: &bytes, isKeyed: isObject)
      }
      bytes.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    case .string:
      bytes.append(UInt8(ascii: "\""))
      bytes += document.raw(node.text, node.text_length)
      bytes.append(UInt8(ascii: "\""))
    default: bytes += document.raw(node.text, node.text_length)
    }
  }
}

extension JSONDocument {
  /// A token as it is written.
  func raw(_ start: UInt32, _ length: UInt32) -> Bytes {
    Bytes(start: bytes + Int(start), count: Int(length))
  }

  /// A string without its escapes. Half a surrogate pair, which cut prompts have, becomes U+FFFD.
  func text(_ start: UInt32, _ length: UInt32) -> String {
    let raw = raw(start, length)
    guard raw.hasEscapes else { return String(decoding: raw, as: UTF8.self) }
    var units: [UInt8] = []
    var surrogate: UInt16?
    var place = raw.startIndex
    while place < raw.endIndex {
      guard raw[place] == 0x5C, place + 1 < raw.endIndex else {
        units.append(raw[place])
        place += 1
        continue
      }
      let escape = raw[place + 1]
      place += 2
      guard escape == UInt8(ascii: "u") else {
        units.append(Self.escapes[escape] ?? escape)
        continue
      }
      let digits = raw[place..<min(place + 4, raw.endIndex)]
      place = digits.endIndex
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
      if UTF16.isLeadSurrogate(unit), raw[place...].starts(with: [0x5C, 0x75]) {
        surrogate = unit
        continue
      }
      units += Array(String(decoding: [surrogate, unit].compactMap(\.self), as: UTF16.self).utf8)
      surrogate = nil
    }
    return String(decoding: units, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
  ]
}

extension Bytes {
  /// Whether a backslash is among them.
  var hasEscapes: Bool { baseAddress.map { memchr($0, 0x5C, count) != nil } ?? false }
}
