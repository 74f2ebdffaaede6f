import Support

/// Writes the tables of a reference page (docs/scenario-format.md).
package struct ReferenceWriter {
  package let format: FileFormat

  /// A section for each mapping, a row for each key.
  package func text() -> String {
    let documented = Set(ScenarioFormat.callFields.map(\.key))
    return format.objects.map { object in
      let isCallHolder = ["workload", "variant"].contains(object.name)
      let fields = object.fields.filter { !(isCallHolder && documented.contains($0.key)) }
      return section(object, fields)
    }.joined(separator: "\n")
  }

  private func section(_ object: FormatObject, _ fields: [FormatField]) -> String {
    var text = "### \(object.name)\n\n\(object.summary)\n\n"
    text += "| key | value | meaning | default | example |\n|---|---|---|---|---|\n"
    for field in fields {
      let standard =
        field.standard.map { Self.cell($0) } ?? (field.isRequired ? "**required**" : "")
      let example = field.example.map { "`\(Self.cell($0))`" } ?? ""
      text += "| `\(field.key)` | \(Self.cell(field.kind.words)) | \(Self.cell(field.summary)) | "
      text += "\(standard) | \(example) |\n"
    }
    return text
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
