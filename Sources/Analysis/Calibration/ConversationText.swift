import CostModel
import Support

/// A fitted conversation as YAML.
package struct ConversationText {
  package let fit: ConversationFit
  /// What the scenario reads of the input, simulated.
  package let fittedReadShare: Double?
  package let catalog: Catalog

  package func write(to yaml: inout YAMLText) {
    readShares(&yaml)
    yaml.line("conversation:", indent: 4)
    yaml.comment("From " + fit.prefixSource + ".", indent: 6)
    yaml.line("prefix: \(fit.prefix)", indent: 6)
    size("turns", fit.turns, "conversation", to: &yaml)
    size("user", fit.user, "message", to: &yaml)
    size("answer", fit.answer, "answer", to: &yaml)
    size("reasoning", fit.reasoning, "call", to: &yaml)
    if fit.reasoning != nil, fit.keptReasoning != .none {
      yaml.comment(
        "Prompts grow by it"
          + (fit.keptReasoning == .turn ? ", and new turns read less: it is taken out then." : "."),
        indent: 6)
      yaml.line("keep_reasoning: \(fit.keptReasoning.rawValue)", indent: 6)
    }
    size("think", fit.think, "pause", .time, to: &yaml)
    tools(&yaml)
    lifetime(&yaml)
    full(&yaml)
  }

  private func size(
    _ key: String, _ size: SizeFit?, _ noun: String, _ unit: SizeText.Unit = .tokens,
    indent: Int = 6, to yaml: inout YAMLText
  ) {
    guard let size else { return }
    SizeText(fit: size, unit: unit, noun: noun).write(key: key, indent: indent, to: &yaml)
  }

  private func readShares(_ yaml: inout YAMLText) {
    let rule = YAMLText.percent(fit.readShareByRule, digits: 4)
    yaml.comment(
      (fit.readShare.map {
        "Of the input \(YAMLText.percent($0, digits: 4)) was read from the provider's cache; "
      } ?? "The log does not tell what was read from the provider's cache; ")
        + "marks at the ends of prefix and prompts would have read \(rule) of the same calls"
        + (fittedReadShare.map {
          ", and this scenario reads \(YAMLText.percent($0, digits: 4)) of its own"
        } ?? "") + ".",
      indent: 4)
    guard fit.shrunk > 0 else { return }
    yaml.comment(
      "\(CalibrationText.count(fit.shrunk, "call")) sent less than all that was said before: taken as "
        + "bringing nothing new.", indent: 4)
  }

  private func tools(_ yaml: inout YAMLText) {
    guard let steps = fit.steps else { return }
    yaml.comment("All results of a step together count as one.", indent: 6)
    yaml.line("tools:", indent: 6)
    size("steps", steps, "turn", indent: 8, to: &yaml)
    size("call", fit.call, "call", indent: 8, to: &yaml)
    size("result", fit.result, "step", indent: 8, to: &yaml)
    size("time", fit.time, "pause", .time, indent: 8, to: &yaml)
  }

  private func lifetime(_ yaml: inout YAMLText) {
    guard fit.marks.prefixIsLong else { return }
    yaml.comment(
      "Tokens were written for the longer time"
        + (fit.marks.restIsLong ? "." : ", and others for the shorter one."), indent: 6)
    yaml.line(
      "lifetime: " + (fit.marks.restIsLong ? "long" : "{prefix: long, rest: short}"), indent: 6)
  }

  private func full(_ yaml: inout YAMLText) {
    guard let full = fit.full else { return }
    yaml.comment(
      "\(CalibrationText.count(Int64(full.drops), "prompt")) lost more than a fifth, or came behind a "
        + "summary: 'at' is what 95 % of the prompts before were below, 'to' what was left beside prefix and "
        + "news.", indent: 6)
    yaml.line("full:", indent: 6)
    yaml.line("at: \(full.at)", indent: 8)
    yaml.line("do: compact", indent: 8)
    if let summary = full.summary, summary.high < full.at {
      size("to", summary, "summary", indent: 8, to: &yaml)
    } else {
      yaml.line("to: \(full.to)", indent: 8)
    }
    if full.instruction > 0 { yaml.line("instruction: \(full.instruction)", indent: 8) }
    if let model = full.model {
      yaml.line("model: " + QuotedText.quoted(catalog[model].name), indent: 8)
    }
  }
}

extension Calibration.Workload {
  /// The share of conversations' input that is read: as logged, by the rule on the log, and as fitted.
  package var readSentence: String? {
    guard let conversation else { return nil }
    let shares = [
      conversation.readShare.map { "\(YAMLText.percent($0, digits: 4)) as logged" },
      "\(YAMLText.percent(conversation.readShareByRule, digits: 4)) by marks at the ends of prefix and "
        + "prompts on the log's calls",
      fittedReadShare.map { "\(YAMLText.percent($0, digits: 4)) in the fitted scenario" },
    ].compactMap(\.self)
    return "Read from the provider's cache in conversations of '\(HumanFormat.visible(name))': "
      + HumanFormat.list(shares) + "."
  }
}
