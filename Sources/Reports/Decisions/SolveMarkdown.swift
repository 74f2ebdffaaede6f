import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// `solve.md`: how far an input can go within the budget.
package enum SolveMarkdown {
  package static func text(_ answer: SolveAnswer) -> String {
    let scenario = answer.scenario
    let title = scenario.title.isEmpty ? scenario.name : scenario.title
    var text = "# How far it can go: \(Markdown.escape(title))\n\n"
    text += headline(answer, emphasis: "**") + "\n\n"
    text += "![The bill over the input](charts/solve.svg)\n\n"
    text += others(answer) + checks(answer) + how(answer)
    return text
  }

  /// The answer, and what it means for the plan as it stands.
  package static func headline(_ answer: SolveAnswer, emphasis: String = "") -> String {
    let leftOut = LeftOutWords.sentence(
      answer.leftOut, emphasis: emphasis, instead: "'--runs 5' simulates every value.")
    return [
      leftOut, trouble(answer, emphasis), verdict(answer, emphasis),
      SolveStep(answer)?.sentence(emphasis), standing(answer, emphasis),
    ].compactMap(\.self)
      .joined(separator: " ")
  }

  /// What became of the calls where the answer lies, and as it stands.
  private static func trouble(_ answer: SolveAnswer, _ emphasis: String) -> String? {
    let solution = answer.solution
    func whose(_ value: Double) -> String {
      solution.knob.isUsers
        ? " with " + shown(value, solution.knob)
        : " with \(name(solution.knob)) at \(shown(value, solution.knob))"
    }
    let point = solution.answer.flatMap(solution.point)
    return CallTrouble.sentence(
      [point.map { (whose($0.value), $0.assessment.trouble) }].compactMap(\.self),
      emphasis: emphasis)
      ?? CallTrouble.sentence([(" as it stands", answer.base.trouble)], emphasis: emphasis)
  }

  // MARK: The answer

  private static func verdict(_ answer: SolveAnswer, _ emphasis: String) -> String {
    let solution = answer.solution
    let limits = words(solution.limits, answer.scenario)
    func bold(_ value: Double) -> String {
      emphasis + shown(value, solution.knob) + emphasis
    }
    let name = self.name(solution.knob, emphasis)
    switch solution.verdict {
    case .upTo(let value):
      let start =
        solution.knob.isUsers
        ? "\(bold(value)) is the most that \(limits)"
        : "With \(name) of up to \(bold(value)), not more, the plan \(limits)"
      return start + ends(answer) + "."
    case .from(let value):
      let start =
        solution.knob.isUsers
        ? "\(bold(value)) is the least that \(limits)"
        : "With \(name) of at least \(bold(value)) the plan \(limits)"
      return start + ends(answer) + (solution.isCutShort ? cutShort : ".")
    case .all:
      let (low, high) = (solution.points.first?.value ?? 0, solution.points.last?.value ?? 0)
      return "Every \(name) from \(shown(low, solution.knob)) to \(bold(high)) \(limits)"
        + (solution.isCutShort ? cutShort : ".")
    case .none:
      let (low, high) = (solution.points.first?.value ?? 0, solution.points.last?.value ?? 0)
      return "No \(name) from \(shown(low, solution.knob)) to \(bold(high)) \(limits)"
        + (solution.isCutShort ? cutShort : ": something else has to change.")
    }
  }

  private static let cutShort =
    ", as far as was looked: to simulate more would take long (limit 'search_calls'); '--between' "
    + "looks where it is told."

  /// `801 users`, `63 %`, `80 % of what is stated`: to the last digit, since what is shown holds.
  fileprivate static func shown(_ value: Double, _ knob: Knob) -> String {
    if knob.isUsers { return HumanFormat.plural(Int64(value), "user") }
    return knob.isFactor
      ? InputWords.exact(value, of: .share) + " of what is stated"
      : InputWords.exact(value, of: knob.kind)
  }

  private static func about(_ value: Double, _ knob: Knob) -> String {
    if knob.isUsers { return shown(value, knob) }
    return knob.isFactor
      ? InputWords.value(value, of: .share) + " of what is stated"
      : InputWords.value(value, of: knob.kind)
  }

  private static func name(_ knob: Knob, _ emphasis: String) -> String {
    let name = self.name(knob)
    return emphasis.isEmpty ? HumanFormat.visible(name) : Markdown.escape(name)
  }

  /// `volume of fan-messages`, `all volumes`, `all cache.classes.*.hit_rate`.
  package static func name(_ knob: Knob) -> String {
    guard knob.inputs.count > 1 else { return InputWords.label(knob.inputs[0]) }
    let pattern = knob.isFactor ? String(knob.name.dropLast()) : knob.name
    let known = ["workloads.*.volume": "all volumes", "prices.**": "all prices"]
    return known[pattern] ?? "all " + pattern
  }

  private static func words(_ limits: [Limit], _ scenario: Scenario) -> String {
    HumanFormat.list(
      limits.map { limit in
        switch limit {
        case .budget(let dollars):
          "keeps the expected bill" + mean(scenario)
            + " within \(stated(dollars)) a month"
        case .overrun(let chance):
          "stays within \(scenario.budget.map { HumanFormat.usd($0.amount) } ?? "the budget") in "
            + "\(HumanFormat.share(1 - chance)) of months"
        case .anyOverrun(let chance):
          "stays within \(scenario.budget.map { HumanFormat.usd($0.amount) } ?? "the budget") in "
            + "every month of the period with a chance of \(HumanFormat.share(1 - chance))"
        case .latency(let milliseconds):
          "answers 95 % of the calls within \(milliseconds.inWords)"
        case .quotaUse(let share):
          "uses at most \(HumanFormat.share(share)) of every quota in its busiest hour"
        }
      })
  }

  /// A budget with as many decimals as it was stated with, cents at least.
  private static func stated(_ dollars: Double) -> String {
    let places = (2...8).first { places in
      let unit = (0..<places).reduce(1.0) { value, _ in value * 10 }
      return ((dollars * unit).rounded() / unit - dollars).magnitude < 1e-12 * dollars.magnitude
    }
    return HumanFormat.usd(dollars, places: places ?? 2)
  }

  private static func mean(_ scenario: Scenario) -> String {
    scenario.ranges.isEmpty ? "" : " (on average over the ranges of inputs)"
  }

  /// What the answer costs, and what the next value would.
  private static func ends(_ answer: SolveAnswer) -> String {
    let solution = answer.solution
    guard let value = solution.answer, let point = solution.point(at: value) else { return "" }
    var text = ": that is \(figures(point.assessment, answer))"
    if let beyond = solution.beyond, solution.knob.kind.isWhole {
      text +=
        ", while \(shown(beyond.value, solution.knob)) would be "
        + figures(beyond.assessment, answer)
    }
    return text
  }

  /// The bill, and whatever else is limited.
  private static func figures(_ assessment: Assessment, _ answer: SolveAnswer) -> String {
    let months = Double(answer.scenario.period.months.count)
    var parts = [amount(assessment.cost / months, answer.solution.limits) + " a month"]
    for limit in answer.solution.limits {
      switch limit {
      case .budget: break
      case .overrun:
        parts.append("a chance of \(chance(assessment, \.overrun)) to go over")
      case .anyOverrun:
        parts.append("a chance of \(chance(assessment, \.anyOverrun)) that any month goes over")
      case .latency:
        parts.append("a p95 latency of \(assessment.latencyP95?.inWords ?? "–")")
      case .quotaUse:
        parts.append("\(assessment.quotaUse.map { HumanFormat.percent($0) } ?? "–") of a quota")
      }
    }
    return HumanFormat.list(parts)
  }

  /// With as many decimals as tell it from the budget: `$1.269` of `$1.27`.
  private static func amount(_ dollars: Double, _ limits: [Limit]) -> String {
    let budget = limits.lazy.compactMap { limit -> Double? in
      if case .budget(let budget) = limit { budget } else { nil }
    }.first
    let places = 2...8
    guard let budget, budget != dollars,
      let enough = places.first(where: {
        HumanFormat.usd(dollars, places: $0) != HumanFormat.usd(budget, places: $0)
      })
    else { return HumanFormat.usd(dollars) }
    return HumanFormat.usd(dollars, places: enough)
  }

  /// `5.0 %`, and how well it is known where that is worth a word: `5.0 % ± 0.3`.
  private static func chance(
    _ assessment: Assessment, _ value: KeyPath<Outcome, Double?>
  ) -> String {
    guard let chance = value == \.overrun ? assessment.overrun : assessment.anyOverrun else {
      return "–"
    }
    let text = HumanFormat.share(chance)
    guard let precision = assessment.precision(of: value), precision >= 0.0005 else { return text }
    return text + " ± " + (DecimalText.real(100 * precision, places: 1) ?? "–")
  }

  // MARK: As it stands

  private static func standing(_ answer: SolveAnswer, _ emphasis: String) -> String {
    let users = HumanFormat.plural(Int64(answer.base.users), "user")
    let start = "As it stands, with \(users), the bill is \(figures(answer.base, answer))"
    guard !answer.isBaseKept else {
      let but = answer.base.trouble?.qualification
      return start
        + (but.map { ", within the limits, but \($0)." }
          ?? (answer.base.leftOut.isEmpty
            ? ", within the limits." : ", within the limits by formula."))
    }
    guard answer.triesOthers else { return start + ", which is too much." }
    guard let first = answer.others.first else {
      return start
        + ", which is too much; no other input that was tried would make it fit on its own."
    }
    return start + ", which is too much; the smallest single change that makes it fit is "
      + change(first, emphasis) + "."
  }

  /// `the volume of fan-messages from 6,000 to 4,000 (−33.3 %)`.
  private static func change(_ solution: Solution, _ emphasis: String) -> String {
    guard let value = solution.answer else { return "" }
    let knob = solution.knob
    if relative(solution) == Self.tiny {
      return "\(knob.inputs.count > 1 ? "" : "the ")\(name(knob, emphasis)) by less than 0.1 %"
    }
    let ends = knob.isFactor ? "" : "from \(InputWords.value(knob.base, of: knob.kind)) "
    return "\(knob.inputs.count > 1 ? "" : "the ")\(name(knob, emphasis)) \(ends)to "
      + "\(shown(value, knob)) (\(relative(solution)))"
  }

  private static let tiny = "<0.1 %"

  private static func relative(_ solution: Solution) -> String {
    guard let value = solution.answer, solution.knob.base > 0 else { return "–" }
    let change = value / solution.knob.base - 1
    // A change of that much is enough: away from where it stands.
    let steps = (change * 1_000 * (1 - 1e-9)).rounded(.awayFromZero)
    let share = HumanFormat.percent(steps / 1_000)
    return change.magnitude < 0.0005 ? tiny : (change > 0 ? "+" : "") + share
  }

  private static func others(_ answer: SolveAnswer) -> String {
    guard answer.triesOthers else { return "" }
    let users = HumanFormat.plural(Int64(answer.base.users), "user")
    var text = "## What else would make \(users) fit\n\n"
    guard !answer.others.isEmpty else {
      return text + "Nothing on its own: each of the inputs that move the bill most was tried.\n\n"
    }
    var table = MarkdownTable([
      .text("change this alone"), .number("from"), .number("to"), .number("change"),
      .number("bill"),
    ])
    var tiny: [String] = []
    for solution in answer.others {
      guard let value = solution.answer, let point = solution.point(at: value) else { continue }
      if relative(solution) == Self.tiny {
        tiny.append(name(solution.knob, "**"))
        continue
      }
      table.row([
        name(solution.knob, "**"),
        solution.knob.isFactor
          ? "–" : InputWords.value(solution.knob.base, of: solution.knob.kind),
        shown(value, solution.knob), relative(solution),
        HumanFormat.usd(point.assessment.cost),
      ])
    }
    if !table.isEmpty { text += table.text }
    if !tiny.isEmpty {
      text += "A change too small to be shown is enough of each of these alone: "
      text += "\(HumanFormat.list(tiny)).\n\n"
    }
    return text
      + "Several at once need less of each: `costsim sweep` shows pairs, "
      + "`--override` tries any combination.\n\n"
  }

  private static func checks(_ answer: SolveAnswer) -> String {
    guard !answer.checks.isEmpty else { return "" }
    var table = MarkdownTable([
      .text("simulated"), .number("bill"), .number("formula"), .number("p95 latency"),
    ])
    for check in answer.checks {
      table.row([
        check.value == answer.solution.answer
          ? shown(check.value, answer.solution.knob) : about(check.value, answer.solution.knob),
        HumanFormat.usd(check.outcome.cost),
        answer.solution.point(at: check.value).map { HumanFormat.usd($0.assessment.cost) } ?? "–",
        check.outcome.latencyP95?.inWords ?? "–",
      ])
    }
    return "## Checked by simulating a month\n\n" + table.text
  }

  private static func how(_ answer: SolveAnswer) -> String {
    let solution = answer.solution
    var text = "## How this was computed\n\n"
    text += "\(HumanFormat.pluralWithVerb(Int64(solution.points.count), "value")) looked at, "
    text += "first over the whole range and then between the last that keeps the limits and the "
    text += "first that does not; "
    text +=
      solution.knob.kind.isWhole
      ? "the answer is exact to the unit. "
      : "the answer is exact to four digits, rounded to the side that keeps the limits. "
    text +=
      solution.isMonotone
      ? "What is limited only rises, or only falls, over all of them, so no other value can do. "
      : "**What is limited goes up and down over these values**: others beyond the answer may keep "
        + "the limits as well; solve.csv lists what was looked at. "
    if let runs = answer.runs {
      text += "Every value was simulated for \(HumanFormat.plural(Int64(runs), "month")) of the "
      text += "same luck. "
    } else {
      text += "The figures are closed forms (docs/validation.md says what they leave out); "
      text += "`--runs 5` simulates every value instead. "
    }
    if solution.knob.isUsers, answer.scenario.users.isMixed {
      text +=
        "Users are dealt whole of the stated classes and account plans, and scaled so that the "
      text += "mean user is the stated one: a user more of a heavy class makes no jump in the bill"
      text +=
        answer.scenario.volumesDifferByAccountPlan
        ? ", but one of an account plan with a volume of its own does. " : ". "
    }
    text += precision(answer)
    return text + "Every value is in [solve.csv](solve.csv).\n"
  }
}

extension SolveMarkdown {
  /// How well the answer is known, where inputs have ranges or months are simulated for a chance.
  private static func precision(_ answer: SolveAnswer) -> String {
    var text = ""
    if !answer.scenario.ranges.isEmpty {
      text +=
        answer.runs == nil
        ? "Over the ranges of inputs, bills and chances are the mean of \(InputDraws.sets) sets "
          + "that fill them evenly; no seed is in these, so that another one gives the same answer. "
        : "Inputs with a range are drawn anew for every month. "
    }
    if let reason = answer.simulatedFor {
      text +=
        "**The formula tells no chance here** (\(Markdown.escape(reason))): where it does not, "
        + "\(Assessor.chanceMonths) months were simulated. "
    }
    if let spread = answer.answerPrecision {
      text +=
        "The chance is known to the precision stated with it (two standard errors), the answer "
        + "therefore to about ± \(about(spread, answer.solution.knob)). "
    }
    return text
  }
}

extension Double {
  /// Milliseconds as people say them.
  fileprivate var inWords: String {
    HumanFormat.duration(SimDuration(microseconds: Int64((self * 1_000).rounded())))
  }
}

/// The bill over the solved input, with the answer marked.
package enum SolveChart {
  package static func svg(_ answer: SolveAnswer, width: ChartWidth = .page) -> String {
    let solution = answer.solution
    let knob = solution.knob
    let months = Double(answer.scenario.period.months.count)
    // Far beyond the answer the line would only push it into the corner.
    let end = max((solution.answer ?? knob.base) * 2, knob.base)
    let shown = solution.points.filter { $0.value <= end || solution.points.count < 4 }
    let points = shown.map { (x: $0.value, y: $0.assessment.cost) }
    let point = solution.answer.flatMap(solution.point)
    return LinesChart(
      title: "The bill over " + SVG.shortened(axis(knob), to: 60), axis: axis(knob),
      series: [LinesChart.Series(name: "bill", points: points)],
      marks: marks(upTo: points.map(\.x).max() ?? 0, knob),
      budget: answer.scenario.budget.map { $0.amount.dollars * months },
      answer: point.map {
        (
          $0.value, $0.assessment.cost,
          "\(InputWords.short($0.value, of: knob.kind)): \(HumanFormat.usd($0.assessment.cost))"
        )
      }
    ).svg(width: width)
  }

  private static func axis(_ knob: Knob) -> String {
    SolveMarkdown.name(knob) + (knob.isFactor ? ", times what is stated" : "")
  }

  /// Round values.
  private static func marks(upTo largest: Double, _ knob: Knob) -> [(x: Double, text: String)] {
    ChartScale(largest: largest).ticks.filter { $0 <= largest }
      .map { ($0, InputWords.short($0, of: knob.kind)) }
  }
}
