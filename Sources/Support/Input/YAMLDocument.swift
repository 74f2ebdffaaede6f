import Yams

/// Turns the text of a file into positioned nodes, or says what is wrong with its syntax.
package struct YAMLDocument {
  /// Aliases expanded; a file of a few lines could otherwise describe billions of nodes.
  package static let maximumNodes = 2_000_000
  package static let maximumDepth = 64
  /// Line ends and commas, which separate values: a megabyte of them alone takes seconds to parse.
  package static let maximumSeparators = 1_000_000

  private let file: SourceFile
  private let log: InputLog
  private var nodes = 0
  /// Bytes that may still be read; without aliases there are never more than the file has.
  private var bytesLeft = Int.max
  /// Names that `blotDuplicate` has put in place of others.
  private var blots: Set<String> = []
  private var refused = false

  /// The document's root; nil, and the reason in the log, if there is none.
  package static func parse(_ file: SourceFile, log: InputLog) -> YAMLNode? {
    var document = YAMLDocument(file: file, log: log)
    return document.parse(file.text)
  }

  /// The value in `PATH=VALUE`, the last line of a file whose other lines are empty.
  package static func parseValue(of file: SourceFile, log: InputLog) -> YAMLNode? {
    var document = YAMLDocument(file: file, log: log)
    guard let equals = file.text.firstIndex(of: "=") else { return nil }
    let blank = file.text[...equals].unicodeScalars.map { $0 == "\n" ? "\n" : " " }.joined()
    return document.parse(blank + file.text[file.text.index(after: equals)...])
  }

  private init(file: SourceFile, log: InputLog) {
    self.file = file
    self.log = log
  }

  /// What is read of a file with duplicate keys, all in all.
  private static let bytesReadAgain = 1 << 18

  private mutating func parse(_ source: String) -> YAMLNode? {
    if isEndless(source) || refusesAliasKeys() { return nil }
    var text = source
    if source.utf8.contains(UInt8(ascii: "*")), source.utf8.contains(UInt8(ascii: "&")) {
      bytesLeft = source.utf8.count + InputLimit.aliasBytes.value
    }
    // Yams stops at the first duplicate key. Each is reported, then blotted out, so that the
    // rest of the file is checked as well.
    let attempts = max(1, min(100, Self.bytesReadAgain / max(1, source.utf8.count)))
    for attempt in 0..<attempts {
      do {
        guard let root = try Yams.compose(yaml: text) else {
          log.add(Diagnostic(file: file.path, message: "the file holds no YAML value"))
          return nil
        }
        let node = convert(root, depth: 0)
        return refused ? nil : node
      } catch let error as YamlError {
        guard case .duplicatedKeysInMapping(let keys, let context) = error,
          let blotted = blotDuplicate(
            keys.first ?? "", first: context.mark, in: text, number: attempt)
        else {
          report(error)
          return nil
        }
        text = blotted
        nodes = 0
      } catch {
        log.add(Diagnostic(file: file.path, message: "cannot be parsed: \(error)"))
        return nil
      }
    }
    return nil
  }

  private func isEndless(_ source: String) -> Bool {
    let separators = source.utf8.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: ",") }
    guard separators > Self.maximumSeparators else { return false }
    let limit = InputLog.grouped(Int64(Self.maximumSeparators))
    log.add(
      Diagnostic(file: file.path, message: "more than \(limit) lines and commas, expected fewer"))
    return true
  }

  /// Yams compares keys by their whole content, so an alias bomb in a key would never end.
  private func refusesAliasKeys() -> Bool {
    guard file.text.contains("*"), file.text.contains("&") else { return false }
    for (index, line) in SourceFile.lines(of: file.text).enumerated()
    where line.utf8.contains(where: { "?]}*".utf8.contains($0) }) {
      let isKey =
        line.contains(/^\s*(-\s+)*\?(\s|$)/) || line.contains(/[\[{,]\s*\?\s/)
        || line.contains(/[\]}]\s*:(\s|$)/)
        || line.contains(/(^|[\s,\[{])\*[^\s,\[\]{}]+\s*:(\s|$)/)
      guard isKey, let at = line.firstIndex(where: { "?]}*".contains($0) }) else { continue }
      let column = line.distance(from: line.startIndex, to: at) + 1
      log.add(
        Place(file: file, line: index + 1, column: column),
        "a list, mapping or alias cannot be a key, expected a name")
      return true
    }
    return false
  }

  private mutating func convert(_ node: Node, depth: Int) -> YAMLNode {
    let place = place(node.mark)
    nodes += 1
    if refused { return YAMLNode(content: .sequence([]), place: place) }
    bytesLeft -= 1
    if case .scalar(let scalar) = node { bytesLeft -= scalar.string.utf8.count }
    if depth > Self.maximumDepth || nodes > Self.maximumNodes || bytesLeft < 0 {
      refused = true
      log.add(
        place,
        depth > Self.maximumDepth
          ? "nested more than \(Self.maximumDepth) levels deep"
          : bytesLeft < 0
            ? "aliases add " + InputLimit.aliasBytes.exceeded(by: "bytes")
            : "more than \(InputLog.grouped(Int64(Self.maximumNodes))) values")
      return YAMLNode(content: .sequence([]), place: place)
    }
    switch node {
    case .scalar(let scalar):
      return YAMLNode(
        content: .scalar(scalar.string, plain: scalar.style == .plain), place: place)
    case .sequence(let sequence):
      return YAMLNode(
        content: .sequence(sequence.map { convert($0, depth: depth + 1) }), place: place)
    case .mapping(let mapping):
      return YAMLNode(content: .mapping(entries(mapping, depth: depth)), place: place)
    case .alias:
      return YAMLNode(content: .scalar("", plain: true), place: place)
    }
  }

  private mutating func entries(_ mapping: Node.Mapping, depth: Int) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var known: Set<String> = []
    for (key, node) in mapping {
      guard case .scalar(let scalar) = key else {
        log.add(place(key.mark), "a key must be a name")
        continue
      }
      let keyPlace = place(key.mark)
      bytesLeft -= scalar.string.utf8.count
      let value = convert(node, depth: depth + 1)
      if blots.contains(scalar.string) { continue }
      if scalar.string == "<<", scalar.style == .plain {
        log.add(keyPlace, "merge keys are not supported, expected 'extends' or plain keys")
      } else if known.insert(scalar.string).inserted {
        // A key whose lines were deleted means something else than `null` on purpose.
        if case .scalar("", plain: true) = value.content, case .scalar = node {
          log.add(
            keyPlace, "'\(scalar.string)' has no value",
            hint: "leave the key out; 'null' takes back what an extended file says")
        }
        entries.append(YAMLNode.Entry(key: scalar.string, keyPlace: keyPlace, value: value))
      } else {
        log.add(keyPlace, "duplicate key '\(scalar.string)'")
      }
    }
    return entries
  }

  private func place(_ mark: Mark?) -> Place {
    file.place(line: mark?.line ?? 1, scalarColumn: mark?.column ?? 1)
  }

  // MARK: Duplicate keys

  /// Reports the second occurrence of a key after the first one's mark, and returns the text
  /// with that occurrence replaced by a name of the same length that no other key has.
  private mutating func blotDuplicate(
    _ key: String, first: Mark, in text: String, number: Int
  ) -> String? {
    var lines = SourceFile.lines(of: text)
    guard !key.isEmpty, lines.indices.contains(first.line - 1) else { return nil }
    let length = key.unicodeScalars.count
    let isBlock = Self.isIndentation(lines[first.line - 1], before: first.column)
    for index in (first.line - 1)..<lines.count {
      let line = Array(lines[index].unicodeScalars)
      var column = index == first.line - 1 ? first.column - 1 + length : 0
      while column + length <= line.count {
        defer { column += 1 }
        guard String(String.UnicodeScalarView(line[column..<column + length])) == key,
          Self.isKey(line, at: column, length: length)
        else { continue }
        if isBlock, column != first.column - 1 { continue }
        log.add(
          file.place(line: index + 1, scalarColumn: column + 1),
          "duplicate key '\(key)', first given in line \(first.line)")
        var replaced = line
        let blot = Self.blotScalars(length: length, number: number)
        replaced.replaceSubrange(column..<column + length, with: blot)
        blots.insert(String(String.UnicodeScalarView(blot)))
        lines[index] = Substring(String(String.UnicodeScalarView(replaced)))
        return lines.joined(separator: "\n")
      }
    }
    return nil
  }

  private static func isIndentation(_ line: Substring, before column: Int) -> Bool {
    line.unicodeScalars.prefix(column - 1).allSatisfy { $0 == " " || $0 == "-" }
  }

  private static func isKey(_ line: [Unicode.Scalar], at column: Int, length: Int) -> Bool {
    let after = line[(column + length)...].drop { $0 == " " || $0 == "\"" || $0 == "'" }
    guard after.first == ":" else { return false }
    let before = line[..<column].last
    return before == nil || " \"',{-".unicodeScalars.contains(before ?? " ")
  }

  private static func blotScalars(length: Int, number: Int) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = Array(repeating: "\u{E000}", count: length)
    scalars[length - 1] = Unicode.Scalar(0xE001 + UInt32(number)) ?? "\u{E001}"
    return scalars
  }

  // MARK: Syntax errors

  private func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.hasPrefix("Maximum nesting") {
        log.add(place(mark), "nested more than \(Self.maximumDepth) levels deep")
        return
      }
      let start = context.map { $0.mark.line < mark.line ? " (line \($0.mark.line))" : "" } ?? ""
      let about = context.map { " \($0.text)\(start)" } ?? ""
      let end = file.end
      let place = mark.line > end.line ? end : place(mark)
      log.add(place, "YAML syntax:\(about) \(problem)")
    case .reader(let problem, _, let value, _):
      let scalar = Unicode.Scalar(UInt32(bitPattern: value))
      let at = scalar.flatMap(position)
      let message = "\(problem) U+\(String(value, radix: 16, uppercase: true))"
      log.add(at.map { Diagnostic($0, message) } ?? Diagnostic(file: file.path, message: message))
    case .duplicatedKeysInMapping(let keys, let context):
      log.add(place(context.mark), "duplicate key '\(keys.first ?? "")'")
    default:
      log.add(Diagnostic(file: file.path, message: "cannot be parsed: \(error)"))
    }
  }

  private func position(of scalar: Unicode.Scalar) -> Place? {
    for (index, line) in SourceFile.lines(of: file.text).enumerated() {
      if let at = line.unicodeScalars.firstIndex(of: scalar) {
        let column = line.unicodeScalars.distance(from: line.startIndex, to: at) + 1
        return file.place(line: index + 1, scalarColumn: column)
      }
    }
    return nil
  }
}
