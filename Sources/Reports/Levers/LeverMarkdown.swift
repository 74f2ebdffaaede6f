import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// `levers.md`: what would save how much, for a founder.
package enum LeverMarkdown {
  /// - Parameter others: the same levers with other plans.
  package static func text(_ study: LeverStudy, others: [LeverStudy] = []) -> String {
    let scenario = study.scenario
    let title = Markdown.escape(scenario.title.isEmpty ? scenario.name : scenario.title)
    let prices = LeverPricesMarkdown.sentence(study, emphasis: "**").map { $0 + "\n\n" } ?? ""
    return "# Levers: \(title)\n\n" + headline(study, emphasis: "**") + caution(study, "**")
      + "\n\n" + prices
      + "![What each lever saves on top of those above it](charts/levers.svg)\n\n"
      + alone(study) + together(study) + inUse(study) + alternatives(study)
      + LeverPricesMarkdown.section(study) + BreakEvenReport.section(study) + rest(study)
      + planByPlan([study] + others) + basis(study)
  }

  /// Where inputs are known only up to a range; empty where none is.
  package static func caution(_ study: LeverStudy, _ emphasis: String = "") -> String {
    RangesNote.sentence(
      ranges: study.scenario.ranges.count, over: study.overRanges, emphasis: emphasis
    ).map { " " + $0 } ?? ""
  }

  // MARK: The answer

  package static func headline(_ study: LeverStudy, emphasis: String = "") -> String {
    func strong(_ text: String) -> String { emphasis + text + emphasis }
    func escape(_ text: String) -> String {
      emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
    }
    let base = study.base.amount
    let users = HumanFormat.plural(Int64(study.plan.users), "user")
    let trouble = CallTrouble.sentence(
      [(whose: " with \(users)", trouble: study.base.trouble)], emphasis: emphasis)
    let bill =
      (trouble.map { $0 + " " } ?? "") + "With \(users), AI costs "
      + "\(strong(HumanFormat.usd(base))) \(period(study))"
    guard let best = study.results.first(where: { $0.isOffered && saves($0, study) }) else {
      return bill + ". None of the levers that are not in use already saves anything."
    }
    let saving = best.saving(from: study.base) ?? .zero
    let first =
      bill + "; what saves most is \(strong(escape(lowercased(best.lever.title)))): "
      + "\(HumanFormat.usd(saving)) (\(share(saving, base)))."
    guard study.steps.count > 1 else { return first }
    let all = base - study.together.amount
    return first + " All \(study.steps.count) levers together save "
      + "\(strong(HumanFormat.usd(all))) (\(share(all, base))), which leaves a bill of "
      + "\(strong(HumanFormat.usd(study.together.amount)))"
      + "\(budget(study, from: study.base, to: study.together))."
  }

  package static func budget(_ study: LeverStudy, from base: Outcome, to together: Outcome)
    -> String
  {
    guard let budget = study.scenario.budget?.amount, study.scenario.period.months.count == 1
    else { return "" }
    switch (base.amount > budget, together.amount > budget) {
    case (true, false):
      let but = together.trouble?.qualification.map { ", but \($0)" } ?? ""
      return ", within the \(HumanFormat.usd(budget)) budget\(but)"
    case (true, true): return ", still over the \(HumanFormat.usd(budget)) budget"
    default: return ""
    }
  }

  private static func period(_ study: LeverStudy) -> String {
    let period = study.scenario.period
    return HumanFormat.during(Period.Span(start: period.start, end: period.end), in: period)
  }

  private static func saves(_ result: LeverResult, _ study: LeverStudy) -> Bool {
    result.saving(from: study.base).map { $0 > .zero } ?? false
  }

  /// A title inside a sentence; names keep their case.
  package static func lowercased(_ title: String) -> String {
    guard let word = title.split(separator: " ").first, word.dropFirst().allSatisfy(\.isLowercase)
    else { return title }
    return title.prefix(1).lowercased() + title.dropFirst()
  }

  package static func share(_ part: MoneySum, _ whole: MoneySum) -> String {
    HumanFormat.percent(part.dollars, of: whole.dollars)
  }

  // MARK: Sections

  private static func alone(_ study: LeverStudy) -> String {
    let offered = study.results.filter(\.isOffered)
    guard !offered.isEmpty else { return "" }
    let isPublished = offered.contains { $0.lever.published != nil }
    var table = MarkdownTable(
      [
        .text("lever"), .number("bill with it"), .number("saves"), .number("of the bill"),
      ] + (isPublished ? [.text("published")] : []) + [
        .number("median latency"), .number("p95 latency"), .text("quality"),
      ])
    for result in offered {
      guard let outcome = result.outcome, let saving = result.saving(from: study.base) else {
        continue
      }
      table.row(
        [
          Markdown.escape(result.lever.title), HumanFormat.usd(outcome.amount),
          HumanFormat.usd(saving), share(saving, study.base.amount),
        ] + (isPublished ? [published(result.lever, study.plan.users)] : []) + [
          change(outcome.latencyP50, study.base.latencyP50),
          change(outcome.latencyP95, study.base.latencyP95),
          Markdown.escape(result.lever.quality ?? "not stated"),
        ])
    }
    return ReportMarkdown.heading("Each lever alone") + table.text
  }

  private static func together(_ study: LeverStudy) -> String {
    guard study.steps.count > 1 || !study.clashes.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("levers so far"), .number("bill"), .number("this one adds"), .number("alone it saves"),
      .number("p95 latency"),
    ])
    for (index, step) in study.steps.enumerated() {
      let alone = study.results.first { $0.lever.name == step.lever.name }?
        .saving(from: study.base)
      table.row([
        (index > 0 ? "+ " : "") + Markdown.escape(step.lever.title),
        HumanFormat.usd(step.outcome.amount), HumanFormat.usd(step.saving),
        alone.map { HumanFormat.usd($0) } ?? "–",
        change(step.outcome.latencyP95, study.base.latencyP95),
      ])
    }
    let all = study.base.amount - study.together.amount
    let sum = study.steps.reduce(MoneySum.zero) { sum, step in
      sum
        + (study.results.first { $0.lever.name == step.lever.name }?
          .saving(from: study.base) ?? .zero)
    }
    let clashes = study.clashes.map { clash in
      let words =
        switch clash.reason {
        case .unreadable(let reason): "cannot be had with those above: \(Markdown.escape(reason))"
        case .idle: "is left out: it adds nothing to those above"
        case .dearer(let more):
          "is left out: on top of those above it would make the bill \(HumanFormat.usd(more)) higher"
        }
      return "- \(Markdown.escape(clash.lever.title)) \(words).\n"
    }
    let list = clashes.isEmpty ? "" : clashes.joined() + "\n"
    guard study.steps.count > 1 else {
      return ReportMarkdown.heading("All together") + table.text + list
    }
    return ReportMarkdown.heading("All together") + table.text
      + "Every row is a simulated month with all levers up to it, so the steps add up to what all of "
      + "them save: \(HumanFormat.usd(all)). Their savings alone add up to "
      + HumanFormat.usd(sum)
      + (HumanFormat.usd(sum) == HumanFormat.usd(all)
        ? " as well: they change different parts of the bill"
        : sum > all
          ? ", because a call that one lever makes cheaper leaves less for the next"
          : ", because some of them save more once others are there")
      + ".\n\n" + list
  }

  private static func inUse(_ study: LeverStudy) -> String {
    let isPublished = study.results.contains { $0.state == "in use" && $0.lever.published != nil }
    var table = MarkdownTable(
      [.text("lever"), .number("bill without it"), .number("saves already")]
        + (isPublished ? [.text("published")] : [])
        + [.number("p95 latency without it"), .text("quality")])
    for result in study.results {
      guard case .inUse(let without) = result.verdict,
        let saving = result.saving(from: study.base)
      else { continue }
      table.row(
        [
          Markdown.escape(result.lever.title), HumanFormat.usd(without.amount),
          saving < .zero
            ? "costs \(HumanFormat.usd(.zero - saving)) more"
            : "\(HumanFormat.usd(saving)) (\(share(saving, without.amount)))",
        ] + (isPublished ? [published(result.lever, study.plan.users)] : []) + [
          change(without.latencyP95, study.base.latencyP95),
          Markdown.escape(result.lever.quality ?? "not stated"),
        ])
    }
    return table.isEmpty ? "" : ReportMarkdown.heading("In use already") + table.text
  }

  private static func alternatives(_ study: LeverStudy) -> String {
    var table = MarkdownTable([
      .text("alternative"), .number("bill"), .number("against the bill as it is"),
      .number("p95 latency"), .text("quality"), .text("source"),
    ])
    for result in study.results where result.lever.isAlternative {
      guard case .available(let outcome) = result.verdict else { continue }
      let more = outcome.amount - study.base.amount
      table.row([
        Markdown.escape(result.lever.title), HumanFormat.usd(outcome.amount),
        (more < .zero ? "" : "+") + HumanFormat.usd(more),
        change(outcome.latencyP95, study.base.latencyP95),
        Markdown.escape(result.lever.quality ?? "not stated"),
        Markdown.escape(result.lever.source ?? "not stated"),
      ])
    }
    return table.isEmpty ? "" : ReportMarkdown.heading("Everything elsewhere") + table.text
  }

  /// What its source says that it saves, and with how many users where these are others than the
  /// plan's: `$26,400.00, 80.0 % with 50 users (guide:12)`.
  package static func published(_ lever: Lever, _ users: Int?) -> String {
    guard let published = lever.published else { return "–" }
    let source = lever.source.map { " (\(Markdown.escape($0)))" } ?? ""
    let amounts = [
      published.saving.map { HumanFormat.usd($0) },
      published.share.map { HumanFormat.percent($0) },
    ].compactMap(\.self).joined(separator: ", ")
    let whose = published.users.flatMap { stated in
      stated == users ? nil : " with \(HumanFormat.plural(Int64(stated), "user"))"
    }
    return amounts + (whose ?? "") + source
  }

  private static func rest(_ study: LeverStudy) -> String {
    let lines = study.results.compactMap { result -> String? in
      let title = Markdown.escape(result.lever.title)
      let claim =
        result.lever.published == nil
        ? "" : " Published saving: \(published(result.lever, study.plan.users))."
      switch result.verdict {
      case .idle: return "- \(title): changes nothing here.\(claim)"
      case .inapplicable(let reason):
        return "- \(title): does not apply here: \(Markdown.escape(reason)).\(claim)"
      case .available, .inUse: return nil
      }
    }
    guard !lines.isEmpty else { return "" }
    return ReportMarkdown.heading("What has no place here") + lines.joined(separator: "\n") + "\n\n"
  }

  private static func basis(_ study: LeverStudy) -> String {
    ReportMarkdown.heading("What this rests on")
      + """
      - Every figure is a simulated month of \(HumanFormat.plural(Int64(study.plan.users), "user")) \
      with the same luck, so that differences are the levers'. `--users` asks for another number.
      - Latency is simulated; what a lever does to the answers is what its source says, or nobody \
      knows.
      - Levers are data: `levers:` of a scenario adds own ones.

      The same figures for spreadsheets: [levers.csv](levers.csv).

      """
  }

  /// `812 ms`, with the base's in brackets where that differs.
  package static func change(_ value: Double?, _ base: Double?) -> String {
    func text(_ value: Double?) -> String {
      value.map { HumanFormat.duration(SimDuration(microseconds: Int64($0 * 1_000))) } ?? "–"
    }
    return base == nil || text(value) == text(base)
      ? text(value) : "\(text(value)) (now \(text(base)))"
  }
}
