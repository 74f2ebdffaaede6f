import Analysis
import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// What a founder sees first: the expected bill of every plan with its range, and of the largest plan
/// where it goes, what would save, and what is not counted. One content, for terminals and Markdown.
package struct FirstScreen {
  package let report: ScenarioReport
  /// `**` in Markdown, nothing on a terminal.
  package let emphasis: String

  package init(_ report: ScenarioReport, emphasis: String = "") {
    (self.report, self.emphasis) = (report, emphasis)
  }

  private var scenario: Scenario { report.scenario }
  private var period: Period { scenario.period }

  /// A text from a file.
  private func name(_ text: String) -> String {
    emphasis.isEmpty ? HumanFormat.visible(text) : Markdown.escape(text)
  }

  private func strong(_ text: String) -> String { emphasis + text + emphasis }

  // MARK: Plans

  /// Whether plans are called after their users.
  private var areNumbers: Bool {
    report.plans.allSatisfy { $0.plan.name == "users-\($0.plan.users)" }
  }

  package var headers: [MarkdownTable.Header] {
    var headers: [MarkdownTable.Header] = [
      areNumbers ? .number("users") : .text("plan"), .number("expected"),
      .number("nine months in ten"), .number("per user"),
    ]
    if hasReturn { headers.append(.number("margin")) }
    if scenario.budget != nil { headers += [.number("over budget"), .text("breaks")] }
    return headers
  }

  package var rows: [[String]] { report.plans.map(cells) }

  private func cells(_ plan: PlanReport) -> [String] {
    let cost = plan.expectation.cost
    let isKnown = cost.isFinite
    var cells = [
      areNumbers
        ? HumanFormat.count(Int64(plan.plan.users)) : name(ReportMarkdown.plainName(plan.plan)),
      HumanFormat.usd(cost) + (isKnown && !plan.expectation.leftOut.isEmpty ? star : ""),
      plan.rangeText,
      isKnown ? HumanFormat.usd(cost / Double(max(1, plan.plan.users))) : "–",
    ]
    if hasReturn {
      cells.append(
        plan.expectedReturn(scenario).map {
          HumanFormat.percent($0.revenue - $0.cost, of: $0.revenue)
        } ?? "–")
    }
    if scenario.budget != nil {
      cells.append(plan.overBudgetProbability.map { HumanFormat.share($0) } ?? "–")
      cells.append(breakDay(plan))
    }
    return cells
  }

  private var star: String { emphasis.isEmpty ? "*" : "\\*" }

  private var hasReturn: Bool {
    report.plans.contains { $0.expectedReturn(scenario) != nil }
  }

  private func breakDay(_ plan: PlanReport) -> String {
    guard let crossed = plan.budgetBreak else { return "no" }
    let date = HumanFormat.localDate(crossed.at, in: period)
    let day = "\(date.day) \(HumanFormat.shortMonth(date))"
    return crossed.isExpected ? day : "\(day)†"
  }

  // MARK: Below the table

  /// What the marks in the table mean; empty where it has none.
  package var notes: [String] {
    var notes: [String] = []
    let leftOut = Expectation.union(report.plans.map(\.expectation.leftOut))
    if !leftOut.isEmpty {
      let parts = LeftOutWords.parts(leftOut.map { name($0.part) })
      let isUnknown = report.plans.contains { !$0.expectation.cost.isFinite }
      let verb =
        leftOut.allSatisfy(\.isLeftOut)
        ? "the formula leaves out" : "formulas " + LeftOutWords.verb(leftOut)
      notes.append(
        "\(star) \(verb) \(parts)" + (isUnknown ? ": no expected bill, but a simulated one" : ""))
    }
    if report.plans.contains(where: { $0.budgetBreak?.isExpected == false }) {
      notes.append("† in the simulated month")
    }
    if let why = report.plans.lazy.compactMap(\.whyNoRange).first {
      notes.append(
        "No range by formula: \(name(why)); several months (\(AttentionLimits.severalMonths)) tell it."
      )
    } else if report.plans.contains(where: {
      $0.expectation.percentiles == nil && $0.billRange != nil
    }) {
      notes.append("The range is that of the simulated months.")
    }
    return notes
  }

  package struct Line {
    package var label: String
    package var text: String
  }

  /// Of the largest plan.
  package var lines: [Line] {
    guard let plan = report.largestPlan else { return [] }
    let all: [(String, String?)] = [
      ("Budget", budget(plan)), ("Margin", margin(plan)), ("Ranges", ranges(plan)),
      ("Where it goes", largest(plan)),
      ("Prompt caches", readShare(plan)), ("Savings", savings(plan)),
      ("Mind", mind(plan)), ("Not counted", notCounted),
    ]
    return all.compactMap { label, text in text.map { Line(label: label, text: $0) } }
  }

  private func users(_ plan: PlanReport) -> String {
    HumanFormat.plural(Int64(plan.plan.users), "user")
  }

  private func budget(_ plan: PlanReport) -> String? {
    guard let budget = scenario.budget else { return nil }
    let whose = report.plans.count > 1 ? " with \(users(plan))" : ""
    let amount = HumanFormat.usd(budget.amount) + " a month"
    let chance = plan.overBudgetProbability
    let source = plan.runs.overBudgetProbability == nil ? "" : " of those simulated"
    let odds =
      chance.map {
        "\(HumanFormat.share($0)) of months\(source) are over it"
      } ?? "no formula tells the chance (\(AttentionLimits.severalMonths) does)"
    let day = plan.budgetBreak.map { crossed in
      "on \(HumanFormat.date(HumanFormat.localDate(crossed.at, in: period))) in the "
        + "\(crossed.isExpected ? "expected" : "simulated") month"
    }
    let doubt = AttentionLimits.shipped.doubt
    let verdict =
      switch chance {
      case .some(let chance) where chance >= 1 - doubt: "breaks"
      case .some(let chance) where chance <= doubt: "holds"
      case .some: "may break"
      // Where no formula tells the chance, one simulated month is all that is known.
      case nil: plan.budgetBreak == nil ? "holds in the simulated month" : "breaks"
      }
    let when = day.map { verdict.hasPrefix("holds") ? "; it breaks \($0)" : " \($0)" } ?? ""
    return "\(amount): \(strong(verdict))\(whose)\(when); \(odds)"
      + (largestThatHolds(but: plan).map { "; holds with \($0)" } ?? "")
  }

  /// Where the largest plan does not hold: the largest one that does, if any.
  private func largestThatHolds(but largest: PlanReport) -> String? {
    let doubt = AttentionLimits.shipped.doubt
    func holds(_ plan: PlanReport) -> Bool {
      plan.overBudgetProbability.map { $0 <= doubt } ?? false
    }
    guard !holds(largest) else { return nil }
    return report.plans.filter(holds).max { $0.plan.users < $1.plan.users }.map(users)
  }

  private func margin(_ plan: PlanReport) -> String? {
    guard let sold = plan.expectedReturn(scenario) else { return nil }
    let margin = sold.revenue - sold.cost
    return "\(strong(HumanFormat.usd(margin))) of \(HumanFormat.usd(sold.revenue)) revenue "
      + "(\(HumanFormat.percent(margin, of: sold.revenue)))"
  }

  private func ranges(_ plan: PlanReport) -> String? {
    guard let mean = plan.expectation.meanOverRanges else { return nil }
    let count = HumanFormat.plural(Int64(plan.rangedInputs), "number")
    let verb = plan.rangedInputs == 1 ? "is" : "are"
    return "\(count) of the file \(verb) known up to a range; over these the mean bill is "
      + "\(HumanFormat.usd(mean)), and nine in ten lie in the range above"
  }

  private func largest(_ plan: PlanReport) -> String? {
    let expectation = plan.expectation
    let isKnown = expectation.cost.isFinite
    let whole = isKnown ? expectation.cost : plan.result.cost.dollars
    let parts = plan.largestCosts
    guard whole > 0, !parts.isEmpty else { return nil }
    let text = parts.map { part in
      let use = part.useCase.map { "\(name($0)) on " } ?? "fixed price of "
      return "\(use)\(name(part.model)) \(HumanFormat.share(part.cost, of: whole))"
    }.joined(separator: ", ")
    return text + (isKnown ? "" : " (in the simulated month)")
  }

  private func readShare(_ plan: PlanReport) -> String? {
    let whose = "of caching models are"
    if let share = plan.expectation.readShare {
      return "\(HumanFormat.share(share)) of the input tokens \(whose) read from them"
    }
    let keeping = scenario.promptCacheModels
    let cells = plan.result.costs.filter { keeping.contains($0.modelName) }
    let input = cells.reduce(0) { $0 + $1.inputTokens }
    let read = cells.reduce(0) { $0 + $1.cachedInputTokens }
    guard input > 0 else { return nil }
    return "\(HumanFormat.share(Double(read), of: Double(input))) of the input tokens \(whose) "
      + "read from them in the simulated month"
  }

  private func savings(_ plan: PlanReport) -> String? {
    let all = "(all: costsim levers)"
    guard let best = report.savings else { return "costsim levers tells them" }
    guard !best.savings.isEmpty else {
      let least = HumanFormat.share(AttentionLimits.shipped.saving)
      return "no standard lever saves \(least) of it \(all)"
    }
    let isStarred = best.savings.contains { !$0.leftOut.isEmpty }
    let items = best.savings.map { item in
      "\(name(LeverMarkdown.lowercased(item.lever.title))) "
        + "\(strong(HumanFormat.usd(item.saving)))\(item.leftOut.isEmpty ? "" : star) "
        + "(\(HumanFormat.share(item.saving, of: plan.expectation.cost)))"
    }
    let left = Expectation.union(best.savings.map(\.leftOut))
    let known = Set(report.plans.flatMap(\.expectation.leftOut))
    let new = left.filter { !known.contains($0) }
    let note =
      isStarred && !new.isEmpty
      ? "; \(star) also without \(LeftOutWords.parts(new.map { name($0.part) }))" : ""
    return items.joined(separator: "; ") + note + " \(all)"
  }

  private func mind(_ plan: PlanReport) -> String? {
    let sentences = Headline.warnings(plan, report, emphasis)
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private static let mostUnbilled = 3

  private var notCounted: String? {
    let unbilled = scenario.unbilled
    var items = unbilled.prefix(Self.mostUnbilled).map { name($0.text) }
    if unbilled.count > items.count {
      items.append(
        "prices of \(HumanFormat.plural(Int64(unbilled.count - items.count), "more model"))")
    }
    let prices = items.map { $0 + "; " }.joined()
    let count = Int64(scenario.assumptions.count)
    let assumed =
      count > 0 ? "; the file rests on \(HumanFormat.plural(count, "assumption"))" : ""
    return "\(prices)taxes\(assumed)"
  }
}

// MARK: Forms

extension FirstScreen {
  /// As report.md says it.
  package var markdown: String {
    var table = MarkdownTable(headers)
    for row in rows { table.row(row) }
    let notes = notes.map { "\($0)\n\n" }.joined()
    let span = HumanFormat.name(Period.Span(start: period.start, end: period.end), in: period)
    return "The expected bill of \(span):\n\n" + table.text + notes
      + lines.map { "- \(strong($0.label)): \($0.text)\n" }.joined() + "\n"
  }

  private static let width = 80
  private static let labelWidth = 15

  /// As a terminal shows it, 80 columns wide where words allow.
  package func text(styled: (_ line: String, _ isOver: Bool) -> String) -> String {
    let widths = headers.indices.map { column in
      ([headers[column].name] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { column in
        let pad = String(repeating: " ", count: widths[column] - cells[column].count)
        return headers[column].isNumber ? pad + cells[column] : cells[column] + pad
      }
      let text = padded.joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
    var text = line(headers.map(\.name)) + "\n"
    for (plan, row) in zip(report.plans, rows) {
      let chance = plan.overBudgetProbability ?? 0
      text += styled(line(row), chance > 0.5) + "\n"
    }
    for note in notes { text += Self.wrapped(note, indent: 2, first: "") + "\n" }
    for item in lines {
      let label = item.label + String(repeating: " ", count: Self.labelWidth - item.label.count)
      text += Self.wrapped(item.text, indent: Self.labelWidth, first: label) + "\n"
    }
    return text
  }

  /// Words in lines of at most 80 columns, but for the first line indented.
  package static func wrapped(_ text: String, indent: Int, first: String) -> String {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

// MARK: Figures

extension Scenario {
  /// Names of the models whose provider keeps prompts.
  fileprivate var promptCacheModels: Set<String> {
    Set(
      catalog.models.indices.filter {
        $0 < behaviours.count && behaviours[$0].promptCache.map { $0.ttl > .zero } ?? false
      }.map { catalog.models[$0].name })
  }
}

extension CostCell {
  /// Without its region.
  fileprivate var modelName: String {
    model.split(separator: "@").first.map(String.init) ?? model
  }
}

extension PlanReport {
  /// What nine months in ten lie between, dollars of the period: by the closed form, else by several
  /// simulated months; nil: neither tells.
  package var billRange: (low: Double, high: Double)? {
    if let band = expectation.percentiles { return (band.p05, band.p95) }
    guard let low = runs.p05, let high = runs.p95 else { return nil }
    return (low.dollars, high.dollars)
  }

  /// `$27.50–$31.00`.
  package var rangeText: String {
    billRange.map { "\(HumanFormat.usd($0.low))–\(HumanFormat.usd($0.high))" } ?? "–"
  }

  /// Why there is no range; nil: there is one.
  package var whyNoRange: String? {
    guard billRange == nil else { return nil }
    return expectation.whyNoChance ?? "it does not hold here"
  }

  /// When the month's budget is used up: in the expected month, or where no formula tells in the simulated
  /// one; nil: it is not.
  package var budgetBreak: (at: SimTime, isExpected: Bool)? {
    if expectation.cost.isFinite, let line = expectation.crossings.first {
      return line.at.map { ($0, true) }
    }
    return budgetCrossedAt.map { ($0, false) }
  }

  /// Expected revenue and cost of the period, in dollars; nil where nothing is sold, or no formula
  /// tells.
  package func expectedReturn(_ scenario: Scenario) -> (revenue: Double, cost: Double)? {
    guard expectation.cost.isFinite, let whole = returnLines(scenario).last else { return nil }
    let sells = scenario.variants.contains { $0.conversionValue != nil }
    let revenue = whole.expected?.revenue ?? (sells ? nil : whole.subscriptions?.dollars)
    return revenue.flatMap { $0 > 0 ? ($0, expectation.cost) : nil }
  }

  /// The three dearest pairs of use case and model: expected, or where no formula tells of the
  /// simulated month.
  package var largestCosts: [Expectation.UseCost] {
    var costs = expectation.byUse
    if !expectation.cost.isFinite {
      var sums: [[String?]: Double] = [:]
      for cell in result.costs {
        sums[[cell.useCase, cell.model], default: 0] += cell.cost.dollars
      }
      costs = sums.map {
        Expectation.UseCost(useCase: $0.key[0], model: $0.key[1] ?? "", cost: $0.value)
      }
    }
    return Array(
      costs.filter { $0.cost > 0 }.sorted {
        ($1.cost, $0.useCase ?? "", $0.model) < ($0.cost, $1.useCase ?? "", $1.model)
      }.prefix(3))
  }
}
