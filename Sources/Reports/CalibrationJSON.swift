import Analysis
import CostModel
import Scenarios
import Support

/// What `calibrate` found, for programs; the scenario that it wrote says the rest.
package enum CalibrationJSON {
  package static func json(_ fit: Calibration, file: String, catalog: Catalog) -> JSONValue {
    .object([
      ("file", .string(file)),
      ("format", .string(fit.facts.format)),
      ("requests", .integer(fit.facts.accepted)),
      ("rejected_rows", .integer(fit.facts.rejected)),
      ("other_rows", .integer(fit.facts.filtered)),
      ("first", .string(fit.facts.first.description)),
      ("last", .string(fit.facts.last.description)),
      ("users", .integer(Int64(fit.users))),
      ("calls_left_out", .integer(fit.leftOut.calls)),
      ("workloads", .array(fit.workloads.map(workload))),
      (
        "models",
        .array(
          fit.models.map { model in
            .object([
              ("model", .string(catalog[model.model].name)), ("calls", .integer(model.calls)),
              ("failed", .integer(model.failed)),
            ])
          })
      ),
    ])
  }

  private static func workload(_ workload: Calibration.Workload) -> JSONValue {
    .object([
      ("workload", .string(workload.name)),
      ("use_case", .optional(workload.useCase) { .string($0) }),
      ("calls", .integer(workload.calls)),
      (
        "volume_per_user",
        .optional(DecimalText.real(workload.volume.likely, places: 6)) { .string($0) }
      ),
      (
        "volume_per_user_low",
        .optional(DecimalText.real(workload.volume.low, places: 6)) { .string($0) }
      ),
      (
        "volume_per_user_high",
        .optional(DecimalText.real(workload.volume.high, places: 6)) { .string($0) }
      ),
    ])
  }
}
