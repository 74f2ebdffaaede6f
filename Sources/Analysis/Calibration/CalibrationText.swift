import CostModel
import Support

/// A fitted scenario as a file, with what each value rests on beside it.
package struct CalibrationText {
  package let fit: Calibration
  package let catalog: Catalog
  /// How the file names them. An empty policy: the rules stand in the file.
  package let names: Names

  package struct Names {
    package var scenario: String
    package var log: String
    package var catalog: String
    package var policy: String?

    package init(scenario: String, log: String, catalog: String, policy: String? = nil) {
      self.scenario = scenario
      self.log = log
      self.catalog = catalog
      self.policy = policy
    }
  }

  private var yaml = YAMLText()

  package init(_ fit: Calibration, catalog: Catalog, names: Names) {
    self.fit = fit
    self.catalog = catalog
    self.names = names
  }

  /// The whole file.
  package static func text(_ fit: Calibration, catalog: Catalog, names: Names) -> String {
    var writer = CalibrationText(fit, catalog: catalog, names: names)
    writer.head()
    writer.models()
    writer.policy()
    writer.cache()
    writer.users()
    writer.yaml.line("")
    writer.yaml.line("workloads:")
    for workload in fit.workloads {
      let section = WorkloadText(fit: fit, workload: workload, catalog: catalog)
      section.write(to: &writer.yaml)
    }
    writer.assumptions()
    return writer.yaml.text
  }

  package static func count(_ value: Int64, _ what: String) -> String {
    InputLog.grouped(value) + " " + what + (value == 1 ? "" : "s")
  }

  // MARK: Head

  private mutating func head() {
    let facts = fit.facts
    let left = facts.rejected + facts.filtered
    yaml.comment(
      "Fitted by costsim calibrate to \(QuotedText.quoted(names.log)) (\(facts.format)): "
        + "\(Self.count(facts.accepted, "request")), \(facts.first) to \(facts.last)"
        + (left > 0 ? "; \(Self.count(left, "row")) left out" : ""))
    if fit.leftOut.calls > 0 { yaml.comment(fit.leftOut.text + ".") }
    yaml.comment(
      "Each comment says what the value below it rests on. {low, likely, high} is a triangle whose 5th "
        + "and 95th percentile are what a sample of this size tells of the value.")
    yaml.line("name: " + QuotedText.quoted(names.scenario))
    yaml.line("title: " + QuotedText.quoted("Fitted to " + names.log))
    yaml.line("")
    periodComment()
    period()
    yaml.line("")
    if fit.users == 0 {
      yaml.comment("The log names no user: all of it is one.")
    } else {
      yaml.comment("Different users in the log.")
    }
    yaml.line("plans: [\(max(1, fit.users))]")
    yaml.line("catalog: " + QuotedText.quoted(names.catalog))
    yaml.comment("Failures were measured; a breaker would add some of its own.")
    yaml.line("breaker: none")
  }

  private mutating func periodComment() {
    let period = fit.period
    let hours = YAMLText.number(Double(period.last - period.first) / 3.6e9, digits: 3)
    let factor = fit.workloads.map(\.factor).max() ?? 1
    if period.isShort {
      yaml.comment(
        "The log spans \(hours) h, less than a day. A month is its rate for a whole month, about "
          + "\(YAMLText.number(factor, digits: 4)) times what it holds: an extrapolation.")
    } else if factor != 1 {
      yaml.comment(
        "The log spans \(hours) h of these days; volumes are scaled up to all of them, by up to "
          + "\(YAMLText.number(factor, digits: 4)).")
    } else {
      yaml.comment("The log spans \(hours) h, which fill it.")
    }
  }

  private mutating func period() { Self.period(fit.period, to: &yaml) }

  package static func period(_ period: PeriodFit, to yaml: inout YAMLText) {
    let start = period.start.description
    yaml.line("period:")
    switch period.form {
    case .months(let count):
      yaml.line("month: " + QuotedText.quoted(String(start.prefix(7))), indent: 2)
      if count > 1 { yaml.line("months: \(count)", indent: 2) }
    case .days(let count):
      yaml.line("start: " + QuotedText.quoted(start), indent: 2)
      yaml.line("days: \(count)", indent: 2)
    }
    yaml.line("time_zone: " + QuotedText.quoted(period.timeZone), indent: 2)
  }

  // MARK: Models

  private mutating func models() {
    yaml.line("")
    yaml.line("models:")
    for model in fit.models { write(model) }
    guard names.policy != nil else { return }
    yaml.comment("For models of the policy that the log does not have: assumed.", indent: 2)
    yaml.line("default: {latency: 1s}", indent: 2)
  }

  private mutating func write(_ model: Calibration.ModelFit) {
    yaml.line(QuotedText.quoted(catalog[model.model].name) + ":", indent: 2)
    if model.judged > 0 {
      yaml.comment(
        "\(InputLog.grouped(model.failed)) of \(Self.count(model.judged, "call")) failed"
          + (model.judged < model.calls ? "; the log does not tell of the others." : "."),
        indent: 4)
      // A chance of failures that were not seen would hide what conversations are expected to cost.
      let isUnseen = model.answersConversations && model.failed == 0
      yaml.line("failure_rate: " + (isUnseen ? "0%" : model.failureRate.percent()), indent: 4)
    } else {
      yaml.comment(
        "The log does not tell of failures (\(Self.count(model.calls, "call"))).", indent: 4)
      yaml.line("failure_rate: 0%", indent: 4)
    }
    if let latency = model.latency {
      SizeText(fit: latency, unit: .time).write(key: "latency", indent: 4, to: &yaml)
    } else if catalog[model.model].latency == nil {
      yaml.comment("Neither the log nor the catalog tells: assumed.", indent: 4)
      yaml.line("latency: 1s", indent: 4)
    }
    if let cache = model.conversations { return write(cache) }
    // What conversations send again is told by them.
    guard model.usesPromptCache, !model.answersConversations else { return }
    yaml.comment(
      "The log has input from the provider's cache; how long it keeps: assumed."
        + (model.hitChance == nil
          ? "" : " The chance is the share of what it gave or took that it gave."),
      indent: 4)
    yaml.line(
      "prompt_cache: {ttl: 1h"
        + (model.keepsLong ? ", long_ttl: 1h" : "")
        + (model.hitChance.map { ", hit_chance: " + $0.percent(digits: 6) } ?? "") + "}",
      indent: 4)
  }

  private mutating func write(_ cache: Calibration.ConversationCache) {
    yaml.comment(
      "Of 5 min, 30 min, 1 h and a day the life that the gaps in front of reads and misses contradict least"
        + (cache.longLife == nil
          ? "" : ", and that of tokens which the log says were written for longer")
        + "; the chance: of gaps below half of it, those that read at least half of what the prompt before "
        + "had beyond the first one.",
      indent: 4)
    var keys = ["ttl: " + Self.minutes(cache.life)]
    if let long = cache.longLife { keys.append("long_ttl: " + Self.minutes(long)) }
    if let chance = cache.hitChance { keys.append("hit_chance: " + chance.percent(digits: 6)) }
    yaml.flow("prompt_cache", keys, brackets: ("{", "}"), indent: 4)
  }

  private static func minutes(_ microseconds: Int64) -> String {
    "\(microseconds / 60_000_000)min"
  }

  // MARK: Policy, cache, users

  private mutating func policy() {
    yaml.line("")
    if let policy = names.policy {
      yaml.line("policy: " + QuotedText.quoted(policy))
      return
    }
    if let attribute = fit.modelAttribute {
      yaml.comment(
        "The log's models get calls of different sizes or kinds, so '\(attribute.name)', which "
          + "the log does not use, names the model of each kind of call.")
    } else {
      yaml.comment("The log's models by use case, as weights.")
    }
    yaml.line("policy:")
    yaml.line("name: as-logged", indent: 2)
    yaml.line("rules:", indent: 2)
    for rule in fit.rules { write(rule) }
  }

  private mutating func write(_ rule: Calibration.Rule) {
    yaml.comment(Self.count(rule.calls, "call"), indent: 4)
    yaml.line("- name: " + QuotedText.quoted(rule.name), indent: 4)
    if let condition = rule.condition {
      yaml.line(
        "when: {\(condition.attribute.name): \(QuotedText.quoted(condition.value))}", indent: 6)
    }
    if rule.models.count == 1 {
      yaml.line("model: " + QuotedText.quoted(catalog[rule.models[0].model].name), indent: 6)
    } else {
      yaml.flow(
        "mix",
        rule.models.map {
          QuotedText.quoted(catalog[$0.model].name) + ": " + YAMLText.percent($0.share)
        }, brackets: ("{", "}"), indent: 6)
    }
  }

  private mutating func cache() {
    yaml.line("")
    yaml.comment(
      "Off, as a log of requests has missed already what a cache kept. 'mode: keyed' tries one.")
    yaml.line("cache:")
    yaml.line("mode: off", indent: 2)
    yaml.line("scope: user", indent: 2)
    yaml.line("default: {ttl: 1h}", indent: 2)
  }

  private mutating func users() {
    yaml.line("")
    let activity = fit.activity
    if fit.users > 0 {
      yaml.comment(
        "\(Self.count(Int64(fit.users), "user")) with \(InputLog.grouped(activity.low))"
          + (activity.low == activity.high ? "" : " to \(InputLog.grouped(activity.high))")
          + " calls each"
          + (activity.cv == nil
            ? ": no more spread than chance makes."
            : "; chance's part of the spread is taken out.")
          + (activity.isCapped
            ? " A lognormal would spread them further than \(InputLog.grouped(Int64(fit.users))) users "
              + "can show, √(users − 1): taken as that." : ""))
    }
    yaml.line("users:")
    yaml.line(
      "activity: " + (activity.range.map { "{cv: \($0.number(digits: 4))}" } ?? "equal"),
      indent: 2)
    if !fit.accountPlans.isEmpty {
      let users = Double(fit.users)
      yaml.comment("By number of users.", indent: 2)
      yaml.flow(
        "account_plans",
        fit.accountPlans.map {
          QuotedText.quoted($0.name) + ": "
            + (fit.accountPlans.count == 1
              ? "100%" : FittedRange(share: Double($0.users), of: users).percent())
        }, brackets: ("{", "}"), indent: 2)
    }
  }

  private mutating func assumptions() {
    yaml.line("")
    yaml.line("assumptions:")
    for text in CalibrationAssumptions.list(fit) {
      yaml.line("- " + QuotedText.quoted(text), indent: 2)
    }
  }
}
