import Analysis
import CostModel
import Decisions
import Simulator
import Support

/// `sensitivity.md`: what moves the bill.
package enum SensitivityMarkdown {
  package static func text(_ result: Sensitivity) -> String {
    let scenario = result.scenario
    let title = scenario.title.isEmpty ? scenario.name : scenario.title
    var text = "# What moves the bill: \(Markdown.escape(title))\n\n"
    text += headline(result, emphasis: "**") + "\n\n"
    text += "![What moves the bill](charts/sensitivity.svg)\n\n"
    text += table(result)
    text += how(result)
    return text
  }

  /// What moves it most, what that means for the budget, and what ranges make of it.
  package static func headline(_ result: Sensitivity, emphasis: String = "") -> String {
    let caution = RangesNote.sentence(
      ranges: result.scenario.ranges.count, over: result.overRanges, emphasis: emphasis)
    return [answer(result, emphasis), caution].compactMap { $0 }.joined(separator: " ")
  }

  private static func answer(_ result: Sensitivity, _ emphasis: String) -> String {
    let cost = HumanFormat.usd(result.base.cost)
    let leftOut = LeftOutWords.sentence(
      Expectation.union(
        [result.base.leftOut] + result.moving.flatMap { [$0.atLow.leftOut, $0.atHigh.leftOut] }),
      emphasis: emphasis, instead: "'--runs 5' simulates.")
    let trouble = CallTrouble.sentence(troubles(result), emphasis: emphasis)
    let start =
      [leftOut, trouble].compactMap { $0.map { $0 + " " } }.joined()
      + "The \(emphasis)\(cost)\(emphasis) bill of "
      + HumanFormat.plural(Int64(result.base.users), "user")
    guard let first = result.moving.first else {
      return start + " depends on no input that could be moved."
    }
    let own = result.moving.first { !$0.input.isUsers } ?? first
    let users = first.input.isUsers && !own.input.isUsers ? ", after the number of users" : ""
    return start + " hangs most on the " + named(own, emphasis) + users
      + ": \(ends(own)). " + budget(result, emphasis)
  }

  /// As it stands, or where nothing is to be told of that, at the ends of every input.
  private static func troubles(
    _ result: Sensitivity
  ) -> [(whose: String, trouble: CallTrouble?)] {
    if result.base.trouble?.isTold == true { return [("", result.base.trouble)] }
    return result.rows.flatMap { row in
      [(row.low, row.atLow), (row.high, row.atHigh)].map { value, assessment in
        let place =
          " with \(InputWords.label(row.input)) at \(InputWords.value(value, of: row.input.kind))"
        return (place, assessment.trouble)
      }
    }
  }

  private static func named(_ row: Sensitivity.Row, _ emphasis: String) -> String {
    emphasis
      + (emphasis.isEmpty
        ? HumanFormat.visible(InputWords.label(row.input))
        : Markdown.escape(InputWords.label(row.input))) + emphasis
  }

  private static func ends(_ row: Sensitivity.Row) -> String {
    let kind = row.input.kind
    return "at \(InputWords.value(row.low, of: kind)) it would be "
      + "\(HumanFormat.usd(row.atLow.cost)), at \(InputWords.value(row.high, of: kind)) "
      + HumanFormat.usd(row.atHigh.cost)
  }

  /// Which inputs alone change the verdict on the budget.
  private static func budget(_ result: Sensitivity, _ emphasis: String) -> String {
    guard let budget = result.scenario.budget else {
      return "No budget is set that it could break."
    }
    let months = result.scenario.period.months.count
    let amount =
      HumanFormat.usd(budget.amount) + " budget" + (months > 1 ? " of a month" : "")
    func isOver(_ assessment: Assessment) -> Bool {
      assessment.isOver(months: months)
    }
    let wasOver = isOver(result.base)
    let turning = result.moving.filter { row in
      [row.atLow, row.atHigh].contains { isOver($0) != wasOver }
    }
    let moved = "moved by \(HumanFormat.wholePercent(result.share)) or to an end of its range"
    guard !turning.isEmpty else {
      return wasOver
        ? "No single input, \(moved), brings it under the \(amount)."
        : "No single input, \(moved), takes it over the \(amount)."
    }
    let names = turning.prefix(4).map { named($0, "") }
    let more = turning.count - names.count
    let list = more > 0 ? names + ["\(HumanFormat.count(Int64(more))) more"] : Array(names)
    let escaped = emphasis.isEmpty ? list : list.map(Markdown.escape)
    let chance = result.base.overrun.flatMap {
      $0 > AttentionLimits.shipped.doubt && $0 < 0.5 ? HumanFormat.share($0) : nil
    }
    let risk = chance.map { " (with a chance of \($0) to go over it)" } ?? ""
    return (wasOver ? "It is over the \(amount); " : "It is within the \(amount)\(risk); ")
      + (turning.count == 1 ? "one input" : "any one of these") + ", \(moved), "
      + (wasOver ? "brings it under: " : "takes it over: ") + HumanFormat.list(escaped) + "."
  }

  /// Those that move the bill by a thousandth.
  private static func shown(_ result: Sensitivity) -> ArraySlice<Sensitivity.Row> {
    result.moving.prefix { $0.swing >= 0.001 * result.base.cost }
  }

  private static func table(_ result: Sensitivity) -> String {
    var table = MarkdownTable([
      .number("rank"), .text("input"), .number("as stated"), .number("low"), .number("high"),
      .number("bill at low"), .number("bill at high"), .number("swing"),
      .number("of the bill"),
    ])
    for (index, row) in shown(result).enumerated() {
      func text(_ value: Double) -> String { InputWords.value(value, of: row.input.kind) }
      table.row([
        HumanFormat.count(Int64(index + 1)),
        Markdown.escape(InputWords.label(row.input)) + (row.isStated ? " (stated range)" : ""),
        text(row.input.value), text(row.low), text(row.high), HumanFormat.usd(row.atLow.cost),
        HumanFormat.usd(row.atHigh.cost), HumanFormat.usd(row.swing),
        HumanFormat.percent(row.swing, of: result.base.cost),
      ])
    }
    return table.text
  }

  private static func how(_ result: Sensitivity) -> String {
    let share = HumanFormat.wholePercent(result.share)
    var text = "## How this was computed\n\n"
    text += "One input at a time is moved, all others stay. "
    text +=
      "Inputs with a stated range go to its ends (5 % and 95 % where it has none); all others "
    text += "\(share) down and up, whole numbers by at least one. A share takes from, or gives to, "
    text += "the others of its mix, so that they still add up to 100 %. "
    if result.rows.contains(where: { $0.count > 1 }) {
      text +=
        "A model's prices are moved together, and so are what else its provider decides (failures, "
      text +=
        "latency, limits) and the stages of a flow, each to \(share) below and above what is stated: "
      text += "`--each` moves every input alone. "
    }
    if let runs = result.runs {
      text += "Every bill is the mean of \(HumanFormat.plural(Int64(runs), "simulated month")), "
      text += "all of the same luck, so that differences are the input's.\n\n"
    } else {
      text += "Every bill is the closed form's, without simulating "
      text += "(docs/validation.md says what it leaves out); `--runs 5` simulates instead.\n\n"
    }
    let small = Int64(result.moving.count - shown(result).count)
    let zeros = Int64(result.rows.count { $0.low == $0.high })
    let idle = Int64(result.rows.count - result.moving.count) - zeros
    if small > 0 {
      text +=
        "\(HumanFormat.plural(small, "more input moves", "more inputs move")) the bill by less "
      text += "than a thousandth. "
    }
    if idle > 0 {
      text +=
        "\(HumanFormat.plural(idle, "input does", "inputs do")) not move it at all: those that "
      text += "say how fast and how well calls are answered, for example. "
    }
    if zeros > 0 {
      text +=
        "\(HumanFormat.plural(zeros, "input is", "inputs are")) 0 and \(zeros == 1 ? "was" : "were") "
      text += "not moved, since \(share) of nothing is nothing: a range says what else may be. "
    }
    return text + "All of them are in [sensitivity.csv](sensitivity.csv).\n"
  }
}
