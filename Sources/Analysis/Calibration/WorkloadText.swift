import CostModel
import Scenarios
import Support

/// One fitted workload as YAML.
package struct WorkloadText {
  package let fit: Calibration
  package let workload: Calibration.Workload
  package let catalog: Catalog

  package func write(to yaml: inout YAMLText) {
    yaml.line(QuotedText.quoted(workload.name) + ":", indent: 2)
    let users = CalibrationText.count(Int64(max(1, fit.users)), "user")
    let calls = CalibrationText.count(workload.calls, "call")
    let what = workload.conversation.map {
      "\(CalibrationText.count($0.conversations, "conversation")) with \(calls)"
    }
    yaml.comment(
      "\(what ?? calls) of \(users)"
        + (workload.factor == 1
          ? "" : ", times \(YAMLText.number(workload.factor, digits: 6)) for the whole period"),
      indent: 4)
    yaml.line("volume: " + workload.volume.number(digits: 12), indent: 4)
    yaml.line("traffic:", indent: 4)
    profile(&yaml)
    arrivals(&yaml)
    prompts(&yaml)
    if workload.mergedKinds > 0, workload.conversation == nil {
      yaml.comment(
        "\(workload.mergedKinds) rare kinds of calls are put together as the last one.", indent: 4)
    }
    if workload.leftOut.calls > 0 {
      yaml.comment(workload.leftOut.text + ".", indent: 4)
    }
    if let conversation = workload.conversation {
      for kind in workload.kinds.prefix(1) { attributes(of: kind, indent: 4, to: &yaml) }
      return ConversationText(
        fit: conversation, fittedReadShare: workload.fittedReadShare, catalog: catalog
      ).write(to: &yaml)
    }
    yaml.line("mix:", indent: 4)
    for kind in workload.kinds { write(kind, to: &yaml) }
  }

  private func profile(_ yaml: inout YAMLText) {
    let fitted = workload.profile
    let calls = CalibrationText.count(fitted.calls, "call")
    if fitted.isFlat {
      yaml.comment(
        "\(calls): no more uneven over what the log covers (hours of the day: "
          + "\(fitted.hours.count), weekdays: \(fitted.weekdays.count)) than chance makes; flat.",
        indent: 6)
      return
    }
    let untold = 24 - fitted.hours.count
    yaml.comment(
      "\(calls) over \(fitted.hours.count) hours of the day"
        + (untold > 0 ? "; the log does not cover the other \(untold), taken as average" : "")
        + ".", indent: 6)
    yaml.flow(
      "hours", fitted.profile.hours.map { YAMLText.number($0, digits: 5) }, brackets: ("[", "]"),
      indent: 6)
    let days = fitted.weekdays.count
    yaml.comment(
      days == 0
        ? "The log does not cover two whole days of the week: all alike."
        : "From Monday; \(days) of 7 covered" + (days < 7 ? ", the others taken as average." : "."),
      indent: 6)
    yaml.flow(
      "weekdays", fitted.profile.weekdays.map { YAMLText.number($0, digits: 5) },
      brackets: ("[", "]"), indent: 6)
  }

  private func arrivals(_ yaml: inout YAMLText) {
    let burst = workload.burst
    guard burst.gaps >= 100 else {
      yaml.comment(
        "Too few gaps of one user (\(burst.gaps) of users with at least 20) to tell bursts.",
        indent: 6)
      yaml.line("arrivals: poisson", indent: 6)
      return
    }
    let estimate = YAMLText.number(burst.estimate, digits: 4)
    yaml.comment(
      "\(CalibrationText.count(burst.gaps, "gap")) within users, evened by the profile: cv "
        + estimate + (burst.cv == nil ? ", which chance explains." : "."), indent: 6)
    yaml.line(
      burst.cv == nil
        ? "arrivals: poisson" : "arrivals: {gamma: {cv: \(burst.range.number(digits: 4))}}",
      indent: 6)
  }

  private func prompts(_ yaml: inout YAMLText) {
    guard let prompts = workload.prompts else {
      yaml.comment("The log has no prompts: taken as new each time.", indent: 4)
      yaml.line("prompts: unique", indent: 4)
      return
    }
    let rates = zip(PromptSketch.ttls, prompts.hitRates)
      .map { "\($0.name): \(YAMLText.percent($1, digits: 3))" }
    yaml.comment(
      "\(CalibrationText.count(prompts.calls, "call")) with \(prompts.isSample ? "about " : "")"
        + "\(InputLog.grouped(Int64(prompts.distinct))) different prompts. A cache by user would "
        + "have hit, by TTL: \(rates.joined(separator: ", ")).", indent: 4)
    if let pool = prompts.pool {
      yaml.line(
        "prompts: {pool: \(pool.size), zipf: \(YAMLText.number(pool.exponent, digits: 4)), "
          + "per: \(prompts.perUser ? "user" : "all")}", indent: 4)
    } else {
      yaml.line("prompts: unique", indent: 4)
    }
  }

  private func write(_ limit: Calibration.MaxTokens, indent: Int, to yaml: inout YAMLText) {
    let calls = CalibrationText.count(limit.calls, "call")
    let range = "\(InputLog.grouped(limit.low)) to \(InputLog.grouped(limit.high))"
    let mean = YAMLText.number(limit.mean, digits: 6)
    yaml.comment(
      limit.low == limit.high
        ? "\(calls), all \(InputLog.grouped(limit.low))"
          + (limit.value == limit.low ? "" : ", which answers exceeded: the longest")
        : "\(calls), \(range), mean \(mean)"
          + (Double(limit.value) < limit.mean + 1 ? "" : ": the longest answer, not to cut it off"),
      indent: indent)
    yaml.line("max_tokens: \(limit.value)", indent: indent)
  }

  /// What rules test, how the calls are billed, and their limit.
  private func attributes(of kind: Calibration.Kind, indent: Int, to yaml: inout YAMLText) {
    for attribute in Attribute.ofRules {
      guard let value = kind.attributes[attribute] else { continue }
      yaml.line("\(attribute.name): " + QuotedText.quoted(value), indent: indent)
    }
    let billed = LoggedBilling.variant(of: kind.attributes)
    if billed.batch { yaml.line("batch: true", indent: indent) }
    if let tier = billed.serviceTier {
      yaml.line("service_tier: " + QuotedText.quoted(tier), indent: indent)
    }
    if let region = billed.region {
      yaml.comment(
        "Billed in region \(region): a model's 'regions' say where it runs.", indent: indent)
    }
    if let limit = kind.maxTokens { write(limit, indent: indent, to: &yaml) }
  }

  private func write(_ kind: Calibration.Kind, to yaml: inout YAMLText) {
    yaml.comment(CalibrationText.count(kind.calls, "call"), indent: 6)
    yaml.line("- share: " + kind.share.percent(digits: 10), indent: 6)
    attributes(of: kind, indent: 8, to: &yaml)
    let cached = kind.cachedTokens.likely.rounded()
    let sizes: [(String, SizeFit?, SizeText.Unit)] =
      [
        ("input", kind.input, .tokens), ("output", kind.output, .tokens),
        ("reasoning", kind.reasoning, .tokens), ("audio", kind.audio, .time),
      ]
      + kind.meters.map { ($0.meter.key, $0.size, $0.meter.dimension.isTime ? .time : .tokens) }
    for (key, size, unit) in sizes {
      guard let size, !size.isZero else { continue }
      if key == "input", cached > 0 {
        yaml.comment("Without what the provider's cache gave or took.", indent: 8)
      }
      SizeText(fit: size, unit: unit).write(key: key, indent: 8, to: &yaml)
    }
    guard cached > 0 else { return }
    yaml.comment(
      "Of the input, the provider's cache gave or took \(YAMLText.percent(kind.cachedShare, digits: 3)): "
        + "as a prefix of its mean length.", indent: 8)
    let tokens = kind.cachedTokens.whole
    yaml.line(
      "prefix: " + (kind.keepsLong ? "{tokens: \(tokens), lifetime: long}" : tokens), indent: 8)
  }
}

extension Calibration.LeftOut {
  package var text: String {
    CalibrationText.count(calls, "call") + " in " + CalibrationText.count(Int64(kinds), "kind")
      + " left out: no answered one tells a size, so what they would cost is not known"
  }
}
