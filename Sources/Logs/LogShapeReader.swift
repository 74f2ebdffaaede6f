import Support

/// Reads files that describe shapes of logs.
package struct LogShapeReader {
  package let log: InputLog

  package static func read(_ file: SourceFile) throws(InputErrors) -> LogShape {
    let log = InputLog()
    let reader = LogShapeReader(log: log)
    let shape = YAMLDocument.parse(file, log: log).flatMap(reader.shape)
    try log.throwIfAny()
    guard let shape else {
      throw InputErrors([Diagnostic(file: file.path, message: "the file holds no format")])
    }
    return shape
  }

  private func shape(_ node: YAMLNode) -> LogShape? {
    guard let fields = Fields(node, as: LogShapeFile.format, log: log),
      let name = fields.text("name")
    else { return nil }
    var shape = LogShape(name: name)
    shape.title = fields.text("title") ?? name
    shape.rows = fields.choice("rows", of: LogShape.Rows.self) ?? .requests
    shape.detect = lists(fields, "detect")
    if let any = fields["detect_any"].map(paths) { shape.detect.append(any) }
    shape.counting = fields.choice("counting", of: LogShape.Counting.self) ?? .once
    shape.prefixes = fields["prefixes"].map(names) ?? [""]
    readRules(fields, &shape)
    readParts(fields, &shape)
    shape.isRelative = fields.flag("relative") ?? false
    shape.zone = fields.text("zone")
    shape.missing = fields["missing"].map(names) ?? shape.missing
    shape.services = fields["services"].map(names) ?? []
    readColumns(fields, &shape)
    return shape
  }

  private func readRules(_ fields: Fields, _ shape: inout LogShape) {
    shape.identity = lists(fields, "identity")
    shape.key = lists(fields, "key")
    shape.keySeparator = fields.text("key_separator") ?? ":"
    shape.newest = list(fields, "newest", shape)
    shape.calls = tests(fields, "calls", shape)
    shape.notCalls = tests(fields, "not_calls", shape)
    shape.filters = tests(fields, "where", shape)
    shape.cacheHit = tests(fields, "cache_hit", shape)
    shape.units = tests(fields, "units", shape)
    shape.parent = list(fields, "parent", shape)
    shape.event = list(fields, "event", shape)
    shape.twin = list(fields, "twin", shape)
    shape.seller = fields.text("provider").map(SellerNames.seller)
    for entry in fields.entries("providers") {
      shape.providers[entry.key.lowercased()] = log.text(entry.value).map(SellerNames.seller)
    }
  }

  private func readParts(_ fields: Fields, _ shape: inout LogShape) {
    shape.cached = fields.choice("cached", of: LogShape.Part.self) ?? .inside
    shape.reasoning = fields.choice("reasoning", of: LogShape.Part.self) ?? .inside
    shape.media = fields.choice("media", of: LogShape.Part.self) ?? .inside
    shape.insideNames = list(fields, "inside", shape)
    shape.besideNames = list(fields, "beside", shape)
    shape.total = list(fields, "total", shape)
    shape.usage = list(fields, "usage", shape)
    shape.harmless = list(fields, "harmless", shape)
  }

  private func readColumns(_ fields: Fields, _ shape: inout LogShape) {
    guard let columns = fields.fields("columns", as: LogShapeFile.columns) else { return }
    for field in LogShapeFile.columns.fields {
      guard let node = columns[field.key] else { continue }
      shape[LogShapeFile.aliases[field.key] ?? field.key] = read(node, shape)
    }
  }

  private func read(_ node: YAMLNode, _ shape: LogShape) -> LogShape.Column {
    var result = LogShape.Column()
    guard case .mapping = node.content else {
      result.from = prefixed(names(node), shape)
      return result
    }
    guard let fields = Fields(node, as: LogShapeFile.column, log: log) else { return result }
    result.from = list(fields, "from", shape)
    result.orElse = list(fields, "else", shape)
    result.plus = list(fields, "plus", shape)
    result.plusIf = fields.text("plus_if").map(LogPath.init)
    result.join = list(fields, "join", shape)
    result.to = list(fields, "to", shape)
    result.unit = fields.choice("unit", of: LogUnit.self)
    result.values = fields.entries("values").compactMap { entry in
      log.text(entry.value).map { (WildcardText(entry.key), $0) }
    }
    result.otherwise = fields.text("otherwise")
    result.standard = fields.text("default")
    return result
  }

  // MARK: Names

  private func tests(_ fields: Fields, _ key: String, _ shape: LogShape) -> [LogShape.Test] {
    fields.entries(key).flatMap { entry in
      prefixed([entry.key], shape).map { LogShape.Test(path: $0, values: names(entry.value)) }
    }
  }

  private func lists(_ fields: Fields, _ key: String) -> [[LogPath]] {
    fields.list(key).map { paths($0) }
  }

  private func list(_ fields: Fields, _ key: String, _ shape: LogShape) -> [LogPath] {
    prefixed(fields[key].map(names) ?? [], shape)
  }

  private func prefixed(_ names: [String], _ shape: LogShape) -> [LogPath] {
    names.flatMap { name in shape.prefixes.map { LogPath($0 + name) } }
  }

  private func paths(_ node: YAMLNode) -> [LogPath] { names(node).map(LogPath.init) }

  /// A text, or a list of texts.
  private func names(_ node: YAMLNode) -> [String] {
    if case .sequence = node.content { return log.texts(node).map(\.text) }
    return log.text(node).map { [$0] } ?? []
  }
}
