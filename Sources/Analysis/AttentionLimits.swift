import CostModel
import Support

/// From when on a report calls attention to something (`Limits/attention.yaml`).
package struct AttentionLimits: Sendable {
  /// Share of the calls that do not go as routed.
  package var troubledCalls = 0.0
  /// Between the simulated bill and the closed form.
  package var standardErrors = 0.0
  /// Chance that a verdict on the budget is wrong.
  package var doubt = 0.0
  /// Share of a target's attempts that are turned away.
  package var turnedAway = 0.0
  /// Times in the period that a breaker is expected to open.
  package var breakerOpenings = 0.0
  /// Share of the bill by which an approximation may move it.
  package var approximateBill = 0.0
  /// Share of the bill by which what is assumed may move it.
  package var assumed = 0.0
  /// Share of a stated mean size that caps may cut off.
  package var cutOff = 0.0
  /// What one user more adds to the bill, over what the users before add or the other way round.
  package var userStep = 0.0
  /// Models, rules and calls times levers, up to which `run` asks for the best savings.
  package var savingsWork = 0.0
  /// Simulated months to ask for where no formula tells a chance.
  package var suggestedRuns = 0.0
  /// Share of the bill from which on a saving is told first.
  package var saving = 0.0

  private static let format = FormatObject(
    name: "attention", summary: "From when on a report calls attention to something.",
    fields: [
      FormatField("troubled_calls", .share, "Of all calls.", required: true),
      FormatField("standard_errors", .number, "Between simulation and formula.", required: true),
      FormatField("doubt", .share, "Of periods.", required: true),
      FormatField("turned_away", .share, "Of a target's attempts.", required: true),
      FormatField("breaker_openings", .number, "In the period.", required: true),
      FormatField("approximate_bill", .share, "Of the bill.", required: true),
      FormatField("assumed", .share, "Of the bill.", required: true),
      FormatField("cut_off", .share, "Of a stated mean.", required: true),
      FormatField("user_step", .number, "Of what a user adds.", required: true),
      FormatField("saving", .share, "Of the bill.", required: true),
      FormatField("suggested_runs", .number, "Months.", required: true),
      FormatField("savings_work", .number, "Of models, rules and calls.", required: true),
    ])

  /// The shipped limits, or what is wrong with their file, which the tests rule out.
  package static let checked = Result { () throws(InputErrors) in
    let log = InputLog()
    let file = SourceFile(
      path: "attention.yaml", order: 0,
      text: String(decoding: PackageResources.attention_yaml, as: UTF8.self))
    var limits = AttentionLimits()
    if let fields = YAMLDocument.parse(file, log: log).flatMap({
      Fields($0, as: format, log: log)
    }) {
      limits.troubledCalls = fields.share("troubled_calls") ?? 0
      limits.standardErrors = fields.number("standard_errors", in: 0...1_000) ?? 0
      limits.doubt = fields.share("doubt") ?? 0
      limits.turnedAway = fields.share("turned_away") ?? 0
      limits.approximateBill = fields.share("approximate_bill") ?? 0
      limits.breakerOpenings = fields.number("breaker_openings", in: 0...1_000) ?? 0
      limits.assumed = fields.share("assumed") ?? 0
      limits.cutOff = fields.share("cut_off") ?? 0
      limits.userStep = fields.number("user_step", in: 1...1_000) ?? 0
      limits.saving = fields.share("saving") ?? 0
      limits.suggestedRuns = fields.number("suggested_runs", in: 2...1_000_000) ?? 0
      limits.savingsWork = fields.number("savings_work", in: 0...1e9) ?? 0
    }
    try log.throwIfAny()
    return limits
  }

  /// `--runs 200`.
  package static var severalMonths: String { "--runs \(Int(shipped.suggestedRuns))" }

  /// The shipped limits; were their file wrong, everything would call attention.
  package static let shipped = (try? checked.get()) ?? AttentionLimits()
}
