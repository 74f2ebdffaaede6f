import Support

/// What `catalog lint` takes for a mistake: data, in `Limits/catalog-lint.yaml`.
package struct LintLimits: Sendable {
  package struct Span: Sendable {
    package var least = 0.0
    package var most = Double.infinity
  }

  /// Times dearer or cheaper than elsewhere.
  package var outlier = Double.infinity
  /// Dollars per million tokens.
  package var input = Span()
  package var output = Span()
  /// Dollars per call.
  package var calls = Span()
  /// Capabilities of models without output tokens.
  package var withoutOutput: Set<String> = []

  private static let span = FormatObject(
    name: "span", summary: "Plausible prices.",
    fields: [
      FormatField("least", .number, "The cheapest."), FormatField("most", .number, "The dearest."),
    ])
  private static let limits = FormatObject(
    name: "limits", summary: "Limits of catalog lint.",
    fields: [
      FormatField("outlier", .number, "Times the median elsewhere.", required: true),
      FormatField("input", .object("span"), "USD per million tokens.", required: true),
      FormatField("output", .object("span"), "USD per million tokens.", required: true),
      FormatField("calls", .object("span"), "USD per call.", required: true),
      FormatField("without_output", .list(.text), "Capabilities.", required: true),
    ])

  /// The shipped limits. Throws if their file is wrong, which the tests rule out.
  package static func shipped() throws(InputErrors) -> LintLimits {
    let log = InputLog()
    let file = SourceFile(
      path: "catalog-lint.yaml", order: 0,
      text: String(decoding: PackageResources.catalog_lint_yaml, as: UTF8.self))
    var result = LintLimits()
    if let root = YAMLDocument.parse(file, log: log),
      let fields = Fields(root, as: limits, log: log)
    {
      result.outlier = fields.number("outlier", in: 1...1_000) ?? result.outlier
      result.input = span(fields, "input")
      result.output = span(fields, "output")
      result.calls = span(fields, "calls")
      result.withoutOutput = Set(fields["without_output"].map { log.texts($0).map(\.text) } ?? [])
    }
    try log.throwIfAny()
    return result
  }

  private static func span(_ fields: Fields, _ key: String) -> Span {
    let all = 0...1e9
    guard let span = fields.fields(key, as: span) else { return Span() }
    return Span(
      least: span.number("least", in: all) ?? 0, most: span.number("most", in: all) ?? .infinity)
  }
}
