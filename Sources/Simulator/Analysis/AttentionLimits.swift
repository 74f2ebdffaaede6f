import CostModel

/// From when on a report calls attention to something (`Limits/attention.yaml`).
struct AttentionLimits: Sendable {
  /// Share of the calls that do not go as routed.
  var troubledCalls = 0.0
  /// Between the simulated bill and the closed form.
  var standardErrors = 0.0
  /// Share of a target's attempts that are turned away.
  var turnedAway = 0.0
  /// Times in the period that a breaker is expected to open.
  var breakerOpenings = 0.0
  /// Share of the bill by which an approximation may move it.
  var approximateBill = 0.0
  /// Share of the bill by which what is assumed may move it.
  var assumed = 0.0
  /// Share of a stated mean size that caps may cut off.
  var cutOff = 0.0
  /// What one user more adds to the bill, over what the users before add or the other way round.
  var userStep = 0.0

  private static let format = FormatObject(
    name: "attention", summary: "From when on a report calls attention to something.",
    fields: [
      FormatField("troubled_calls", .share, "Of all calls.", required: true),
      FormatField("standard_errors", .number, "Between simulation and formula.", required: true),
      FormatField("turned_away", .share, "Of a target's attempts.", required: true),
      FormatField("breaker_openings", .number, "In the period.", required: true),
      FormatField("approximate_bill", .share, "Of the bill.", required: true),
      FormatField("assumed", .share, "Of the bill.", required: true),
      FormatField("cut_off", .share, "Of a stated mean.", required: true),
      FormatField("user_step", .number, "Of what a user adds.", required: true),
    ])

  /// The shipped limits, or what is wrong with their file, which the tests rule out.
  static let checked = Result { () throws(InputErrors) in
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
      limits.turnedAway = fields.share("turned_away") ?? 0
      limits.approximateBill = fields.share("approximate_bill") ?? 0
      limits.breakerOpenings = fields.number("breaker_openings", in: 0...1_000) ?? 0
      limits.assumed = fields.share("assumed") ?? 0
      limits.cutOff = fields.share("cut_off") ?? 0
      limits.userStep = fields.number("user_step", in: 1...1_000) ?? 0
    }
    try log.throwIfAny()
    return limits
  }

  /// The shipped limits; were their file wrong, everything would call attention.
  static let shipped = (try? checked.get()) ?? AttentionLimits()
}
