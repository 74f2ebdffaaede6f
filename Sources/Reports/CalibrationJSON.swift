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
    let talk = workload.conversation
    let share = { (share: Double?) in
      JSONValue.optional(share.flatMap { DecimalText.real($0, places: 6) }) { .string($0) }
    }
    return .object([
      ("conversations", .optional(talk?.conversations) { .integer($0) }),
      ("read_share_logged", share(talk.flatMap(\.readShare))),
      ("read_share_by_rule", share(talk?.readShareByRule)),
      ("read_share_fitted", share(workload.fittedReadShare)),
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

  /// Of a fit to buckets.
  package static func json(_ fit: BucketFit, file: String, catalog: Catalog) -> JSONValue {
    let number = { (value: Double) in
      JSONValue.optional(DecimalText.real(value, places: 6)) { .string($0) }
    }
    return .object([
      ("file", .string(file)),
      ("buckets", .integer(Int64(fit.buckets))),
      ("days", .integer(Int64(fit.days))),
      ("users", .integer(Int64(fit.accounts))),
      ("tells_calls", .bool(fit.tellsCalls)),
      ("note", .string(BucketText.note)),
      ("calls_a_day_low", number(fit.callsADay.low)),
      ("calls_a_day", number(fit.callsADay.likely)),
      ("calls_a_day_high", number(fit.callsADay.high)),
      (
        "models",
        .array(
          fit.kinds.map { kind in
            .object([
              ("model", .string(catalog[kind.model].name)), ("calls", number(kind.calls)),
              ("share", number(kind.share.likely)),
              ("cache_share", number(kind.cacheShare.likely)),
            ])
          })
      ),
    ])
  }
}
