import Scenarios
import Support

/// By how much rules that take a session's requests to repeat its earlier input are known to err
/// (docs/validation.md, "Calibration"): on 710 recorded sessions of coding agents, against what marks at
/// the ends of prefix and prompts read and write.
struct SessionRuleError {
  /// Share of the input that the rule read, and how far below its true cost the input came out.
  let read: String
  let understates: String

  private static let sessions: Int64 = 710
  private static let truth = "90.5 %"
  private static let plain = SessionRuleError(read: "92.2 %", understates: "18.5 %")
  private static let written = SessionRuleError(read: "92.2 %", understates: "9.1 %")
  private static let reset = SessionRuleError(read: "91.8 %", understates: "7.3 %")

  static func measured(billsWrites: Bool, _ settings: ReplaySettings) -> SessionRuleError {
    guard billsWrites else { return plain }
    return settings.sessionReset == nil ? written : reset
  }

  var sentence: String {
    "Such rules understate the input bill, by 7 to 19 % where it was measured: on "
      + "\(InputLog.grouped(Self.sessions)) recorded sessions of coding agents this one read \(read) of the "
      + "input where providers' marks read \(Self.truth), and the input came out \(understates) too low."
  }
}
