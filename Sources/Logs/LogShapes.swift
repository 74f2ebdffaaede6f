import Simulator
import Support

/// The shapes that ship with the program, and how a log's shape is found.
package enum LogShapes {
  private static let files: [(name: String, text: [UInt8])] = [
    ("anthropic-cost", PackageResources.anthropic_cost_shape_yaml),
    ("anthropic-usage", PackageResources.anthropic_usage_shape_yaml),
    ("aws-cur", PackageResources.aws_cur_shape_yaml),
    ("azure-apim-llm", PackageResources.azure_apim_llm_shape_yaml),
    ("azure-cost", PackageResources.azure_cost_shape_yaml),
    ("azure-llm-inference", TraceFormats.text("azure-llm-inference")),
    ("bedrock-invocation", PackageResources.bedrock_invocation_shape_yaml),
    ("burstgpt", TraceFormats.text("burstgpt")),
    ("canonical", PackageResources.canonical_shape_yaml),
    ("claude-code", PackageResources.claude_code_shape_yaml),
    ("codex", PackageResources.codex_shape_yaml),
    (TraceFormats.ledger, TraceFormats.text(TraceFormats.ledger)),
    ("focus", PackageResources.focus_shape_yaml),
    ("gcp-billing", PackageResources.gcp_billing_shape_yaml),
    ("gemini-cli", PackageResources.gemini_cli_shape_yaml),
    ("helicone", PackageResources.helicone_shape_yaml),
    ("invoice", PackageResources.invoice_shape_yaml),
    ("langfuse-api", PackageResources.langfuse_api_shape_yaml),
    ("langfuse-observations", PackageResources.langfuse_observations_shape_yaml),
    ("litellm-daily", PackageResources.litellm_daily_shape_yaml),
    ("litellm-spend", PackageResources.litellm_spend_shape_yaml),
    ("mooncake", TraceFormats.text("mooncake")),
    ("openai-costs", PackageResources.openai_costs_shape_yaml),
    ("openai-usage", PackageResources.openai_usage_shape_yaml),
    ("openrouter", PackageResources.openrouter_shape_yaml),
    ("openrouter-activity", PackageResources.openrouter_activity_shape_yaml),
    (spans, PackageResources.otel_genai_shape_yaml),
    ("portkey", PackageResources.portkey_shape_yaml),
    ("provider-response", PackageResources.provider_response_shape_yaml),
    ("vertex-log", PackageResources.vertex_log_shape_yaml),
  ]

  /// What OTLP sends.
  package static let spans = "otel-genai"
  /// Looked at only where no other shape has any record.
  package static let last: Set = ["canonical", "provider-response"]
  package static let names = files.map(\.name)

  package static func all() throws(InputErrors) -> [LogShape] { try parsed.get() }

  /// The shapes with their names and what they are recognized by, and nothing else: less work than
  /// `all`.
  package static func recognized() throws(InputErrors) -> [LogShape] { try outlines.get() }

  private static let outlines = Result { () throws(InputErrors) in
    var shapes: [LogShape] = []
    for (name, text) in files {
      let text = outline(String(decoding: text, as: UTF8.self))
      shapes.append(
        try LogShapeReader.read(SourceFile(path: name + ".yaml", order: 0, text: text)))
    }
    return shapes
  }

  /// The lines of the keys that tell what a shape is recognized by.
  private static func outline(_ text: String) -> String {
    var isKept = false
    let lines = text.split(separator: "\n").filter { line in
      if let first = line.first, first.isLetter {
        isKept = ["name", "detect", "detect_any"].contains(line.prefix { $0 != ":" })
      }
      return isKept
    }
    return lines.joined(separator: "\n") + "\ncolumns: {}\n"
  }

  private static let parsed = Result { () throws(InputErrors) in
    var shapes: [LogShape] = []
    for (name, text) in files {
      let text = String(decoding: text, as: UTF8.self)
      var shape = try LogShapeReader.read(SourceFile(path: name + ".yaml", order: 0, text: text))
      if name == TraceFormats.canonical { addOwnNames(to: &shape) }
      shapes.append(shape)
    }
    return shapes
  }

  /// Canonical columns of requests, which are called what they are called.
  private static func addOwnNames(to shape: inout LogShape) {
    for column in TraceColumn.allCases {
      let name = LogShapeFile.aliases[column.name] ?? column.name
      guard shape[name].paths.isEmpty else { continue }
      shape[name].from = column.names.map(LogPath.init)
    }
  }

  private static func file(_ path: String) throws -> SourceFile {
    do throws(SourceFile.Unreadable) {
      return try SourceFile.read(path: path, order: 0)
    } catch {
      throw BadInput(message: "\(path): error: \(error.message)")
    }
  }

  /// A shape by name, or a user's own by the path of its file.
  package static func named(_ name: String) throws -> LogShape {
    let name = name == "copilot" ? spans : name
    if let shape = try all().first(where: { $0.name == name }) { return shape }
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return try LogShapeReader.read(file(name))
    }
    throw BadInput(
      message: "error: unknown format '\(name)', expected a format file or "
        + InputLog.alternatives(names)
        + (NearestName.hint(for: name, among: names).map { "\n" + $0 } ?? ""))
  }
}

/// Finds the shape of which most of the first records are.
package struct ShapeDetector {
  /// How a shape was found, for the account.
  package struct Finding {
    package var shape: LogShape
    package var why: String
  }

  private static let looked = 200
  package let shapes: [LogShape]
  private var counts: [String: Int] = [:]
  private var seen = 0
  private var columns: [String] = []

  package init(_ shapes: [LogShape]) { self.shapes = shapes.filter { !$0.detect.isEmpty } }

  /// Whether no more records need to be looked at.
  package var isDone: Bool { seen >= Self.looked && !counts.isEmpty }

  package mutating func look(at record: SourceRecord) {
    seen += 1
    for shape in shapes where shape.matches(record) { counts[shape.name, default: 0] += 1 }
    if columns.isEmpty {
      switch record.body {
      case .row(let table, _): columns = table.names
      case .json(let node): columns = node.children.map(\.key)
      }
    }
  }

  package func finding(_ path: String) throws -> Finding {
    let others = counts.filter { !LogShapes.last.contains($0.key) }
    let counts = others.isEmpty ? self.counts : others
    let most = counts.values.max() ?? 0
    let best = shapes.filter { counts[$0.name] == most && most > 0 }
    let keys = best.map(\.detect.count).max() ?? 0
    let found = best.filter { $0.detect.count == keys }
    if found.count == 1 {
      return Finding(shape: found[0], why: "\(most) of \(seen) records have its keys")
    }
    if found.isEmpty { throw unknown(path) }
    throw TraceError(
      path: path,
      reason: "its records fit several formats: "
        + InputLog.alternatives(found.map(\.name)) + "; say which with --format")
  }

  /// Lists the three nearest formats with the keys that miss.
  private func unknown(_ path: String) -> TraceError {
    let present = Set(columns.map(LogPath.init))
    let lacking = shapes.map { shape in
      let lacks = shape.detect.filter { keys in
        !keys.contains { present.contains($0) || present.contains(LogPath($0.parts[0])) }
      }
      return (
        name: shape.name, lacks: lacks.compactMap { $0.first?.name },
        share: Double(lacks.count) / Double(shape.detect.count)
      )
    }.sorted { ($0.share, $0.name) < ($1.share, $1.name) }
    let shown = columns.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    var text = "unknown format; its columns are \(shown)"
    if columns.count > 20 { text += ", …" }
    for candidate in lacking.prefix(3) {
      let lacks = candidate.lacks.map { "'\($0)'" }.joined(separator: ", ")
      text += "\n  \(candidate.name) would need \(lacks.isEmpty ? "other values" : lacks)"
    }
    text += "\nname the columns with --columns timestamp=COLUMN,input_tokens=COLUMN,… and --format"
    text += "; an access log that tells no tokens cannot be priced: log the responses' bodies"
    return TraceError(path: path, reason: text)
  }
}
