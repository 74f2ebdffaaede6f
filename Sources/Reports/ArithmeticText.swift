import Analysis
import CostModel
import Scenarios
import Support

/// The expected bill as products, in words and as formulas.
package struct ArithmeticText {
  package let arithmetic: BillArithmetic
  /// Gives names from files the form that they need.
  private let name: (String) -> String

  package init(_ arithmetic: BillArithmetic, name: @escaping (String) -> String = { $0 }) {
    (self.arithmetic, self.name) = (arithmetic, name)
  }

  package struct Row {
    package var what: String
    /// What is multiplied, in words; empty: it is no product.
    package var factors: String
    package var formula: String
    /// Dollars of the period.
    package var amount: Double
  }

  /// The products, then what is left of the bill; together they are the expected bill.
  package var rows: [Row] {
    let digits = arithmetic.digits
    var rows = arithmetic.lines.map { line in
      Row(
        what: what(line), factors: Self.factors(line), formula: line.formula(digits: digits),
        amount: line.amount(digits: digits))
    }
    let (count, smaller) = arithmetic.smaller
    if count > 0 {
      rows.append(
        Self.rest("\(HumanFormat.plural(Int64(count), "smaller product")) together", smaller))
    }
    if arithmetic.rest != 0 {
      rows.append(Self.rest("what is no product of means", arithmetic.rest))
    }
    return rows
  }

  private static func rest(_ what: String, _ dollars: Double) -> Row {
    Row(
      what: what, factors: "", formula: "=" + BillArithmetic.text(dollars, 12), amount: dollars)
  }

  private func what(_ line: BillArithmetic.Line) -> String {
    guard let useCase = line.useCase, let dimension = line.dimension else {
      return "\(name(line.model)): fixed price"
    }
    return "\(name(useCase)) on \(name(line.model)): \(dimension.label)"
  }

  /// `users × conversations a user × tokens × price`.
  private static func factors(_ line: BillArithmetic.Line) -> String {
    (line.roles.map { word($0, line) } + ["price"]).joined(separator: " × ")
  }

  private static func word(_ role: BillArithmetic.Role, _ line: BillArithmetic.Line) -> String {
    switch role {
    case .users: "users"
    case .months: "months"
    case .volume: line.isConversation ? "conversations per user" : "calls per user"
    case .activity: "activity"
    case .share: "share"
    case .route: "route"
    case .step: "times a run"
    case .misses: "cache misses"
    case .attempts: "attempts"
    case .units: line.dimension.map(unit) ?? "units"
    }
  }

  private static func unit(_ dimension: BillingDimension) -> String {
    dimension.isTokens ? "tokens" : dimension.isTime ? "seconds" : dimension.label
  }

  /// What the factors are worth: how they are rounded.
  package var rounding: String {
    "Factors that no file states are written with \(arithmetic.digits) digits, which leaves the sum right "
      + "to the cent."
  }

  package var json: JSONValue {
    .object([
      (
        "lines",
        .array(
          rows.map {
            .object([
              ("what", .string($0.what)), ("factors", .string($0.factors)),
              ("formula", .string($0.formula)),
              ("cost_usd", .optional(DecimalText.real($0.amount, places: 6)) { .string($0) }),
            ])
          })
      ),
      ("sum_usd", .optional(DecimalText.real(arithmetic.sum, places: 6)) { .string($0) }),
    ])
  }
}

extension ReportMarkdown {
  /// The largest plan's expected bill, to be computed again by hand.
  package static func arithmeticSection(_ report: ScenarioReport) -> String {
    guard let plan = report.largestPlan, let arithmetic = plan.expectation.arithmetic else {
      return ""
    }
    let text = ArithmeticText(arithmetic, name: Markdown.escape)
    var table = MarkdownTable([
      .text("what"), .text("factors"), .text("formula"), .number("expected"),
    ])
    for row in text.rows {
      table.row([row.what, row.factors, "`\(row.formula)`", HumanFormat.usd(row.amount)])
    }
    table.row(["**expected bill**", "", "", "**\(HumanFormat.usd(arithmetic.sum))**"])
    return heading("The bill as arithmetic")
      + "One average user's month times \(HumanFormat.plural(Int64(plan.plan.users), "user")), as formulas "
      + "for any spreadsheet. "
      + text.rounding + "\n\n" + table.text
  }
}

extension TerminalSummary {
  /// The same as a terminal shows it.
  package static func arithmetic(_ report: ScenarioReport) -> String {
    guard let plan = report.largestPlan else { return "" }
    let users = HumanFormat.plural(Int64(plan.plan.users), "user")
    let title = "\(HumanFormat.visible(report.scenario.name)), \(users): the bill as arithmetic\n"
    guard let arithmetic = plan.expectation.arithmetic else {
      let why = plan.expectation.approximations.first.map {
        " (\(HumanFormat.visible("\($0.part): \($0.reason)")))"
      }
      let reason = plan.expectation.cost == 0 ? "the expected bill is $0.00" : "no formula tells it"
      return title + reason + (plan.expectation.cost == 0 ? "" : why ?? "") + "\n"
    }
    let text = ArithmeticText(arithmetic, name: HumanFormat.visible)
    let total = HumanFormat.usd(arithmetic.sum)
    let perUser = HumanFormat.usd(arithmetic.sum / Double(max(1, plan.plan.users)))
    let rows = text.rows
    let width = (rows.map { HumanFormat.usd($0.amount) } + [total]).map(\.count).max() ?? 0
    func padded(_ amount: String) -> String {
      String(repeating: " ", count: width - amount.count) + amount
    }
    let indent = String(repeating: " ", count: width + 2)
    return title
      + rows.map { row in
        let factors = row.factors.isEmpty ? "" : indent + row.factors + "\n"
        return
          "\(padded(HumanFormat.usd(row.amount)))  \(row.what)\n\(factors)\(indent)\(row.formula)\n"
      }.joined() + "\(padded(total))  the expected bill, \(perUser) per user\n"
      + FirstScreen.wrapped(text.rounding, indent: 0, first: "") + "\n"
  }
}
