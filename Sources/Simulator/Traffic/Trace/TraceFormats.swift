import Support

/// The formats that ship with the program, and how a log's format is found.
package enum TraceFormats {
  /// Our own per-call ledger.
  package static let ledger = "costsim-calls"
  /// Columns by the names of docs/trace-formats.md.
  package static let canonical = "canonical"

  /// Embedded, so that the installed program needs no folder of its own.
  package static let files: [(name: String, text: [UInt8])] = [
    ("azure-llm-inference", PackageResources.azure_llm_inference_yaml),
    ("burstgpt", PackageResources.burstgpt_yaml),
    (canonical, PackageResources.canonical_yaml),
    (ledger, PackageResources.costsim_calls_yaml),
    ("helicone", PackageResources.helicone_yaml),
    ("langfuse-observations", PackageResources.langfuse_observations_yaml),
    ("litellm-spend", PackageResources.litellm_spend_yaml),
    ("mooncake", PackageResources.mooncake_yaml),
    ("openai-usage", PackageResources.openai_usage_yaml),
    ("otel-genai", PackageResources.otel_genai_yaml),
  ]

  /// The text of a shipped format, which logs of other shapes are read by as well.
  package static func text(_ name: String) -> [UInt8] {
    files.first { $0.name == name }?.text ?? []
  }

  package static var names: [String] { files.map(\.name) }

  /// All of them. Throws if one is wrong, which the tests rule out.
  package static func all() throws(InputErrors) -> [TraceFormat] { try parsed.get() }

  private static let parsed = Result { () throws(InputErrors) in
    var formats: [TraceFormat] = []
    for (name, text) in files { formats.append(try parse(name, text)) }
    return formats
  }

  private static func parse(_ name: String, _ text: [UInt8]) throws(InputErrors) -> TraceFormat {
    let text = String(decoding: text, as: UTF8.self)
    var format = try TraceFormatReader.read(SourceFile(path: name + ".yaml", order: 0, text: text))
    guard name == canonical else { return format }
    for column in TraceColumn.allCases where format.columns[column] == nil {
      format.columns[column] = TraceFormat.Column(from: column.names)
    }
    return format
  }

  /// A format by name, or a user's own by the path of its file.
  package static func named(_ name: String) throws -> TraceFormat {
    if let format = try all().first(where: { $0.name == name }) { return format }
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return try TraceFormatReader.read(path: name)
    }
    throw BadInput(
      message: "error: unknown format '\(name)', expected a format file or "
        + InputLog.alternatives(names)
        + (NearestName.hint(for: name, among: names).map { "\n" + $0 } ?? ""))
  }

  /// The format whose columns a log has; the one with most of them where several match.
  ///
  /// - Parameter named: canonical columns for which the user names the log's: a log that has these has
  ///   what a format calls them.
  package static func detect(
    columns: [String], named: [(TraceColumn, String)], path: String
  ) throws -> TraceFormat {
    let formats = try all()
    let present = Set(columns)
    let known = named.filter { present.contains($0.1) }
    let matching = { (isNamed: (TraceFormat) -> Bool) in
      formats.compactMap { format in
        let alike = isNamed(format) ? known.flatMap { format.columns[$0.0]?.from ?? [] } : []
        return format.matches(present.union(alike)).map { (format: format, score: $0) }
      }
    }
    // Names that the user gives make a log one of canonical columns; that of another tool has that tool's
    // own columns, but for the ones that are named where nothing else fits.
    let strict = matching { $0.name == canonical }
    let matches = strict.isEmpty ? matching { _ in true } : strict
    let best = matches.map(\.score).max() ?? 0
    let candidates = matches.filter { $0.score == best }.map(\.format)
    if candidates.count == 1 { return candidates[0] }
    if candidates.count > 1 {
      throw TraceError(
        path: path,
        reason: "its columns fit several formats: "
          + InputLog.alternatives(candidates.map(\.name)) + "; say which with --format")
    }
    throw unknown(present: columns, formats: formats, path: path)
  }

  /// Lists the formats with what each lacks, the nearest first.
  private static func unknown(
    present: [String], formats: [TraceFormat], path: String
  ) -> TraceError {
    let names = Set(present)
    let lacking = formats.map { format in
      let lacks = format.detect.filter { names.isDisjoint(with: $0) }.compactMap(\.first)
      return (
        name: format.name, lacks: lacks,
        share: Double(lacks.count) / Double(max(1, format.detect.count))
      )
    }.sorted { ($0.share, $0.name) < ($1.share, $1.name) }
    let shown = present.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    var text = "unknown format; its columns are \(shown)"
    if present.count > 20 { text += ", …" }
    for candidate in lacking {
      let lacks = candidate.lacks.map { "'\($0)'" }.joined(separator: ", ")
      text += "\n  \(candidate.name) would need \(lacks.isEmpty ? "a column of tokens" : lacks)"
    }
    let expected = formats.flatMap { $0.detect.flatMap { $0 } }
    if let column = present.first(where: {
      !expected.contains($0) && NearestName.nearest(to: $0, among: expected) != nil
    }), let hint = NearestName.hint(for: column, among: expected) {
      text += "\n'\(column)': \(hint)"
    }
    return TraceError(
      path: path,
      reason: text + "\nname the columns with --columns timestamp=COLUMN,input_tokens=COLUMN,…")
  }
}
