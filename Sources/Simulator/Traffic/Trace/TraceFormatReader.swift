import Support

/// Reads a format file.
package struct TraceFormatReader {
  package let log: InputLog

  /// Throws every error of the file at once.
  package static func read(_ file: SourceFile) throws(InputErrors) -> TraceFormat {
    let log = InputLog()
    let reader = TraceFormatReader(log: log)
    let format = YAMLDocument.parse(file, log: log).flatMap(reader.format)
    try log.throwIfAny()
    guard let format else {
      throw InputErrors([Diagnostic(file: file.path, message: "the file holds no format")])
    }
    return format
  }

  package static func read(path: String) throws(InputErrors) -> TraceFormat {
    let file: SourceFile
    do throws(SourceFile.Unreadable) {
      file = try SourceFile.read(path: path, order: 0)
    } catch {
      throw InputErrors([Diagnostic(file: path, message: error.message)])
    }
    return try read(file)
  }

  private func format(_ node: YAMLNode) -> TraceFormat? {
    guard let fields = Fields(node, as: TraceFormatFile.format, log: log),
      let name = fields.text("name")
    else { return nil }
    var format = TraceFormat(name: name)
    format.title = fields.text("title") ?? name
    format.rows = fields.choice("rows", of: TraceFormat.Rows.self) ?? .requests
    format.detect = fields.list("detect").map(names)
    format.detectAny = fields["detect_any"].map(names) ?? []
    format.isRelative = fields.flag("relative") ?? false
    format.cached = fields.choice("cached", of: TraceFormat.Part.self) ?? .inside
    format.reasoning = fields.choice("reasoning", of: TraceFormat.Part.self) ?? .inside
    format.missing = fields["missing"].map(names) ?? format.missing
    format.filters = fields.entries("where").map {
      TraceFormat.Filter(from: [$0.key], values: names($0.value))
    }
    readColumns(fields, &format)
    return format
  }

  private func readColumns(_ fields: Fields, _ format: inout TraceFormat) {
    guard let columns = fields.fields("columns", as: TraceFormatFile.columns) else { return }
    for name in TraceColumn.allNames {
      guard let column = TraceColumn(name: name), let node = columns[name] else { continue }
      if format.columns[column] != nil {
        log.add(node.place, "'\(column.name)' is given twice, under two of its names")
      }
      format.columns[column] = read(node, column)
    }
    if format.rows == .requests, format.columns[.timestamp] == nil {
      log.add(columns.place, "'timestamp' is missing in these columns")
    }
  }

  private func read(_ node: YAMLNode, _ column: TraceColumn) -> TraceFormat.Column {
    var result = TraceFormat.Column()
    guard case .mapping = node.content else {
      result.from = names(node)
      return result
    }
    guard let fields = Fields(node, as: TraceFormatFile.column, log: log) else { return result }
    result.from = fields["from"].map(names) ?? []
    result.to = fields["to"].map(names) ?? []
    result.unit = unit(fields, column)
    result.values = fields.entries("values").compactMap { entry in
      log.text(entry.value).map { (entry.key, $0) }
    }
    result.otherwise = fields.text("otherwise")
    result.standard = fields.text("default")
    if result.from.isEmpty, result.standard == nil {
      log.add(node.place, "this column needs 'from' or 'default'")
    }
    if !result.to.isEmpty, column != .latencyMs {
      log.add(node.place, "only 'latency_ms' has an end ('to')")
    }
    return result
  }

  private func unit(_ fields: Fields, _ column: TraceColumn) -> TraceUnit? {
    guard let unit = fields.choice("unit", of: TraceUnit.self), let node = fields["unit"] else {
      return nil
    }
    let isSpan = fields.has("to")
    let allowed = isSpan ? TraceUnit.times : column.units
    guard !allowed.contains(unit) else { return unit }
    log.add(
      node.place,
      allowed.isEmpty
        ? "'\(column.name)' has no unit"
        : "expected \(InputLog.alternatives(allowed.map(\.rawValue))), not '\(unit.rawValue)'")
    return nil
  }

  /// A text, or a list of texts.
  private func names(_ node: YAMLNode) -> [String] {
    if case .sequence = node.content { return log.texts(node).map(\.text) }
    return log.text(node).map { [$0] } ?? []
  }
}

extension TraceColumn {
  /// The units in which the column may be given.
  package var units: [TraceUnit] {
    switch self {
    case .timestamp: TraceUnit.times
    case .latencyMs, .audioSeconds, .videoSeconds, .responseTimeMs: TraceUnit.durations
    case .costUSD: TraceUnit.amounts
    default: []
    }
  }

  /// The unit that its name states.
  package var standardUnit: TraceUnit {
    switch self {
    case .latencyMs, .responseTimeMs: .ms
    case .audioSeconds, .videoSeconds: .s
    case .costUSD: .usd
    default: .auto
    }
  }
}
