import Audit
import Scenarios

/// The JSON Schemas that ship in `scenarios/schema/`.
package enum Schemas {
  /// File names and texts.
  package static let all: [(name: String, text: String)] = [
    (
      "scenario.schema.json",
      SchemaWriter(
        format: ScenarioFormat.file,
        others: PolicyFormat.file.objects + CatalogFormat.file.objects,
        objectsWithRanges: InputWalk.objectsWithInputs
      ).text()
    ),
    ("catalog.schema.json", SchemaWriter(format: CatalogFormat.file).text()),
    ("policy.schema.json", SchemaWriter(format: PolicyFormat.file).text()),
    ("claims.schema.json", SchemaWriter(format: ClaimsFormat.file).text()),
  ]
}
