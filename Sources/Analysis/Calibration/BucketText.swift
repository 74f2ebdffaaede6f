import CostModel
import Support

/// A scenario fitted to sums of usage, as a file.
package struct BucketText {
  package let fit: BucketFit
  package let catalog: Catalog
  package let names: CalibrationText.Names
  private var yaml = YAMLText()

  /// The whole file.
  package static func text(
    _ fit: BucketFit, catalog: Catalog, names: CalibrationText.Names
  ) -> String {
    var writer = BucketText(fit: fit, catalog: catalog, names: names)
    writer.head()
    writer.models()
    writer.policy()
    writer.workload()
    writer.assumptions()
    return writer.yaml.text
  }

  private init(fit: BucketFit, catalog: Catalog, names: CalibrationText.Names) {
    self.fit = fit
    self.catalog = catalog
    self.names = names
  }

  /// The note that goes with all of it.
  package static let note = "from buckets: spread between calls unknown"

  private mutating func head() {
    yaml.comment(
      "Fitted by costsim calibrate to \(QuotedText.quoted(names.log)): "
        + "\(CalibrationText.count(Int64(fit.buckets), "bucket")) of "
        + "\(CalibrationText.count(Int64(fit.days), "day")); \(Self.note).")
    yaml.comment(
      "{low, likely, high} are the 5th percentile of the daily means, the mean of all, and the 95th."
    )
    yaml.line("name: " + QuotedText.quoted(names.scenario))
    yaml.line("title: " + QuotedText.quoted("Fitted to " + names.log))
    yaml.line("")
    CalibrationText.period(fit.period, to: &yaml)
    yaml.line("")
    yaml.comment(
      fit.accounts > 1 ? "Different accounts in the buckets." : "The buckets are of one account.")
    yaml.line("plans: [\(fit.accounts)]")
    yaml.line("catalog: " + QuotedText.quoted(names.catalog))
    yaml.line("breaker: none")
    guard fit.accounts > 1 else { return }
    yaml.line("")
    yaml.line("users:")
    yaml.line(
      "activity: " + (fit.activity.range.map { "{cv: \($0.number(digits: 4))}" } ?? "equal"),
      indent: 2)
  }

  private mutating func models() {
    yaml.line("")
    yaml.line("models:")
    for model in Set(fit.kinds.map(\.model)).sorted(by: { $0.index < $1.index }) {
      let own = fit.kinds.filter { $0.model == model }
      yaml.line(QuotedText.quoted(catalog[model].name) + ":", indent: 2)
      if catalog[model].latency == nil {
        yaml.comment("Buckets tell no latencies, nor does the catalog: a stand-in.", indent: 4)
        yaml.line("latency: 1s", indent: 4)
      }
      yaml.line("failure_rate: 0%", indent: 4)
      guard own.contains(where: { $0.prefix.likely > 0 }) else { continue }
      yaml.comment(
        "So long that what was read is read again, however few the calls are: how long the provider's cache "
          + "keeps is not told.", indent: 4)
      let chance = own.compactMap(\.hitChance).first
      yaml.line(
        "prompt_cache: {ttl: 8760h"
          + (own.contains { $0.keepsLong } ? ", long_ttl: 8760h" : "")
          + (chance.map { ", hit_chance: " + $0.percent(digits: 6) } ?? "") + "}", indent: 4)
    }
  }

  private mutating func policy() {
    yaml.line("")
    yaml.comment("'segment', which buckets do not tell, names the model of each kind of call.")
    if let policy = names.policy {
      yaml.line("policy: " + QuotedText.quoted(policy))
      return
    }
    yaml.line("policy:")
    yaml.line("name: as-logged", indent: 2)
    yaml.line("rules:", indent: 2)
    for model in Set(fit.kinds.map(\.model)).sorted(by: { $0.index < $1.index }) {
      let name = QuotedText.quoted(catalog[model].name)
      yaml.line("- name: " + name, indent: 4)
      yaml.line("when: {segment: \(name)}", indent: 6)
      yaml.line("model: " + name, indent: 6)
    }
    guard let first = fit.kinds.first else { return }
    yaml.line("- name: others", indent: 4)
    yaml.line("model: " + QuotedText.quoted(catalog[first.model].name), indent: 6)
  }

  private mutating func workload() {
    yaml.line("")
    yaml.line("workloads:")
    yaml.line("\"usage\":", indent: 2)
    let calls = YAMLText.number(fit.calls, digits: 9)
    yaml.comment(
      fit.tellsCalls
        ? "\(calls) calls, \(YAMLText.number(fit.callsADay.likely, digits: 6)) a day."
        : "The buckets do not tell how many calls they sum: of so many tokens each that \(calls) stand in. "
          + "Their number means nothing, the bill does.", indent: 4)
    yaml.line("volume: " + fit.volume.number(digits: 12), indent: 4)
    profile()
    yaml.comment(Self.note + ".", indent: 4)
    yaml.line("mix:", indent: 4)
    for kind in fit.kinds { write(kind) }
  }

  private mutating func profile() {
    guard !fit.profile.isFlat else { return }
    yaml.line("traffic:", indent: 4)
    for (key, weights) in [
      ("hours", fit.profile.profile.hours), ("weekdays", fit.profile.profile.weekdays),
    ] where key != "hours" || fit.isHourly {
      yaml.flow(
        key, weights.map { YAMLText.number($0, digits: 5) }, brackets: ("[", "]"), indent: 6)
    }
  }

  private mutating func write(_ kind: BucketFit.Kind) {
    yaml.comment("\(YAMLText.number(kind.calls, digits: 9)) calls", indent: 6)
    yaml.line("- share: " + kind.share.percent(digits: 10), indent: 6)
    yaml.line("segment: " + QuotedText.quoted(catalog[kind.model].name), indent: 8)
    if kind.batch { yaml.line("batch: true", indent: 8) }
    if let tier = kind.tier { yaml.line("service_tier: " + QuotedText.quoted(tier), indent: 8) }
    mean("input", kind.input)
    mean("output", kind.output)
    mean("reasoning", kind.reasoning)
    duration("audio", kind.audio)
    for (meter, size) in kind.meters {
      if meter.dimension.isTime { duration(meter.key, size) } else { mean(meter.key, size) }
    }
    guard kind.prefix.likely >= 0.5 else { return }
    yaml.comment(
      "The provider's cache gave \(kind.cacheShare.percent(digits: 4)) of the input; what it gave or took is "
        + "a prefix of its mean length.", indent: 8)
    let tokens = kind.prefix.whole
    yaml.line(
      "prefix: " + (kind.keepsLong ? "{tokens: \(tokens), lifetime: long}" : tokens), indent: 8)
  }

  /// From here on a mean that is cut to whole tokens is exact enough.
  private static let large = 1_000.0

  /// Below, it is one whole number or the next, so that the mean is kept.
  private mutating func mean(_ key: String, _ mean: BucketFit.Mean) {
    guard mean.likely > 0 else { return }
    guard mean.likely < Self.large else {
      yaml.line("\(key): " + mean.whole, indent: 8)
      return
    }
    yaml.comment(
      "Mean \(YAMLText.number(mean.likely)); of days \(YAMLText.number(mean.low))"
        + "..\(YAMLText.number(mean.high)).", indent: 8)
    let below = mean.likely.rounded(.down)
    yaml.line("\(key):", indent: 8)
    let part = mean.likely - below
    yaml.flow(
      "histogram",
      part == 0
        ? ["\(Int64(below)): 1"]
        : [
          "\(Int64(below)): \(YAMLText.number(1 - part, digits: 9))",
          "\(Int64(below) + 1): \(YAMLText.number(part, digits: 9))",
        ], brackets: ("{", "}"), indent: 10)
    let factor = mean.scaled(by: 1 / mean.likely)
    yaml.line(
      "factor: "
        + FittedRange(low: factor.low, likely: 1, high: factor.high).number(digits: 1), indent: 10)
  }

  private mutating func duration(_ key: String, _ mean: BucketFit.Mean) {
    guard mean.likely > 0 else { return }
    let text = mean.scaled(by: 1e6).text { value, _ in "\(Int64(value.rounded()))us" }
    yaml.line("\(key): " + text, indent: 8)
  }

  private mutating func assumptions() {
    yaml.line("")
    yaml.line("assumptions:")
    for text in list { yaml.line("- " + QuotedText.quoted(text), indent: 2) }
  }

  /// What the buckets do not tell.
  package var list: [String] {
    var list = [
      "Fitted " + Self.note + ": all calls of a kind have its mean sizes.",
      "No law of call sizes, latencies, failures, prompts or sessions is fitted: buckets do not tell them.",
    ]
    if !fit.tellsCalls {
      list.append(
        "The number of calls is a stand-in; limits and prices by size of a call are not met.")
    }
    if fit.days < 2 {
      list.append("The buckets are of one day, so ranges are not known.")
    }
    return list + CalibrationAssumptions.lifetimes(fit.kinds.map(\.taken))
  }
}
