import CostModel
import Scenarios
import Support

/// By how much rules that take a session's requests to repeat its earlier input are known to err
/// (`Limits/session-rules.yaml`).
package struct SessionRuleErrors: Sendable {
  /// Shares of the input: what a rule reads, and how far below its true cost the input comes out.
  package struct Rule: Sendable {
    package var read: Double
    package var understates: Double
    /// The share of the input before below which it takes all for new; nil: it never does.
    package var reset: Double?
  }

  package var what: String
  package var source: String
  package var sessions: Int64
  /// What was truly read, of the input.
  package var read: Double
  /// Tokens of the blocks that it was measured with.
  package var block: Int64
  package var plain: Rule
  package var written: Rule
  package var withReset: Rule

  package var all: [Rule] { [plain, written, withReset] }

  /// The rule that a replay uses.
  /// - Parameter billsWrites: whether what a model's cache takes is billed.
  package func rule(billsWrites: Bool, _ settings: ReplaySettings) -> Rule {
    guard billsWrites else { return plain }
    return settings.sessionReset == nil ? written : withReset
  }

  package static let shipped = read()

  private static let ruleFormat = FormatObject(
    name: "session rule", summary: "What one rule makes of the sessions.",
    fields: [
      FormatField("session_reset", .share, "As in `replay`."),
      FormatField("read", .share, "Of the input.", required: true),
      FormatField("understates", .share, "Of the input's cost.", required: true),
    ])

  private static let format = FormatObject(
    name: "session rules", summary: "How far rules for sessions are off.",
    fields: [
      FormatField("what", .text, "Where it was measured.", required: true),
      FormatField("source", .text, "Whose data.", required: true),
      FormatField("sessions", .count, "How many.", required: true),
      FormatField("read", .share, "Of the input.", required: true),
      FormatField("session_block", .count, "As in `replay`.", required: true),
      FormatField(
        "writes_as_input", .object(ruleFormat.name), "Writes at the input's price.", required: true),
      FormatField(
        "writes_billed", .object(ruleFormat.name), "Writes at their own.", required: true),
      FormatField(
        "with_reset", .object(ruleFormat.name), "The same, with a reset.", required: true),
    ])

  private static func read() -> SessionRuleErrors {
    let log = InputLog()
    let file = SourceFile(
      path: "session-rules.yaml", order: 0,
      text: String(decoding: PackageResources.session_rules_yaml, as: UTF8.self))
    guard let root = YAMLDocument.parse(file, log: log),
      let fields = Fields(root, as: format, log: log), let what = fields.text("what"),
      let source = fields.text("source"),
      let sessions = fields.count("sessions", in: 1...1_000_000),
      let read = fields.share("read"), let block = fields.count("session_block", in: 1...1_000_000),
      let plain = rule("writes_as_input", fields), let written = rule("writes_billed", fields),
      let withReset = rule("with_reset", fields)
    else { preconditionFailure("the embedded session rules cannot be read") }
    return SessionRuleErrors(
      what: what, source: source, sessions: sessions, read: read, block: block, plain: plain,
      written: written, withReset: withReset)
  }

  private static func rule(_ key: String, _ fields: Fields) -> Rule? {
    guard let rule = fields.fields(key, as: ruleFormat), let read = rule.share("read"),
      let understates = rule.share("understates")
    else { return nil }
    return Rule(read: read, understates: understates, reset: rule.share("session_reset"))
  }
}
