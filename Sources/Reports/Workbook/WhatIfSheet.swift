import Analysis
import CostModel
import Scenarios
import Support

/// The largest plan's expected bill as live formulas: whoever changes users, volume, tokens, cache misses or
/// prices sees what the bill becomes. At its starting values it is the expected bill.
struct WhatIfSheet {
  static let name = "What if"

  private let arithmetic: BillArithmetic
  private let plan: PlanSpec
  private let book: Workbook
  private let sheet: Workbook.Sheet
  private let money: Workbook.Format
  private let input: Workbook.Format
  private let bold: Workbook.Format

  /// Yellow: what is meant to be changed.
  private static let inputFill: UInt32 = 0xFFF6CC

  /// The cells that scale every product.
  private enum Scale: Int, CaseIterable {
    case users, volume, inputTokens, outputTokens, otherUnits, reads, prices

    static let firstRow = 3

    var place: Workbook.Place { Workbook.Place(Self.firstRow + rawValue, 1) }

    var label: String {
      switch self {
      case .users: "Users"
      case .volume: "Calls or conversations per user, times"
      case .inputTokens: "Input tokens, times"
      case .outputTokens: "Output tokens, times"
      case .otherUnits: "Other units (seconds, pages, searches and the like), times"
      case .reads: "Tokens read from prompt caches, times (what is not read is sent anew)"
      case .prices: "Prices, times"
      }
    }
  }

  private enum ColumnOfLine: Int, CaseIterable {
    case what, users, volume, misses, units, others, price, per, cost

    var title: String {
      switch self {
      case .what: "What"
      case .users: "Users"
      case .volume: "Calls or conversations per user"
      case .misses: "Share that the response cache does not answer"
      case .units: "Units of each"
      case .others: "Other factors"
      case .price: "Price"
      case .per: "for so many units"
      case .cost: "Expected cost"
      }
    }
  }

  private static var firstLine: Int { Scale.firstRow + Scale.allCases.count + 2 }

  /// - Parameter budget: of the whole period.
  static func write(
    _ arithmetic: BillArithmetic, of plan: PlanSpec, budget: MoneySum?, to book: Workbook
  ) throws(OutputError) {
    let sheet = WhatIfSheet(
      arithmetic: arithmetic, plan: plan, book: book, sheet: try book.sheet(name),
      money: book.format("[$$-409]#,##0.00####"),
      input: book.format("#,##0.0#####", fill: inputFill), bold: book.format(isBold: true))
    sheet.write(budget)
  }

  private func write(_ budget: MoneySum?) {
    book.setWidth(46, ofColumn: 0, of: sheet)
    for column in 1..<ColumnOfLine.allCases.count { book.setWidth(15, ofColumn: column, of: sheet) }
    book.write(
      "\(ReportMarkdown.plainName(plan)): change a yellow cell, and the bill follows",
      Workbook.Place(0, 0), of: sheet, bold)
    book.write(
      "At these values it is the expected bill. What the formulas leave out, quotas among it, they leave out "
        + "here as well; a new value of a scenario is tried in full by costsim run --override.",
      Workbook.Place(1, 0), of: sheet)
    for scale in Scale.allCases {
      book.write(scale.label, Workbook.Place(scale.place.row, 0), of: sheet)
      book.write(
        scale == .users ? Double(arithmetic.users) : 1, scale.place, of: sheet, input)
    }
    for column in ColumnOfLine.allCases {
      book.write(
        column.title, Workbook.Place(Self.firstLine - 1, column.rawValue), of: sheet,
        book.format(isBold: true, wraps: true))
    }
    let rows = ArithmeticText(arithmetic, name: HumanFormat.visible).rows
    for (place, line) in arithmetic.lines.enumerated() {
      write(line, what: rows[place].what, row: Self.firstLine + place)
    }
    writeEnd(budget)
  }

  // MARK: A product

  private func write(_ line: BillArithmetic.Line, what: String, row: Int) {
    func cell(_ column: ColumnOfLine) -> Workbook.Place { Workbook.Place(row, column.rawValue) }
    func factor(_ role: BillArithmetic.Role) -> Double? {
      line.common.first { $0.role == role }?.value
    }
    func scaled(_ value: Double, _ scale: Scale?, at column: ColumnOfLine) {
      guard let scale else { return book.write(value, cell(column), of: sheet, input) }
      // Of the users a part may be meant, those of an account plan.
      let part = scale == .users ? value / Double(arithmetic.users) : value
      book.write(
        formula: "=\(scale.place.fixedName)*\(Self.text(part))", value: value, cell(column),
        of: sheet, book.format("#,##0.0#####"))
    }
    book.write(what, cell(.what), of: sheet)
    let isFixed = line.dimension == nil
    if !isFixed {
      // Where users or volumes differ between the terms of a sum they are in it, and the sum is scaled.
      scaled(factor(.users) ?? 1, .users, at: .users)
      scaled(factor(.volume) ?? 1, .volume, at: .volume)
      if let misses = factor(.misses) { scaled(misses, nil, at: .misses) }
      if let (formula, value) = shifted(line) {
        book.write(
          formula: formula, value: value, cell(.units), of: sheet, book.format("#,##0.0#####"))
      } else {
        scaled(factor(.units) ?? 1, line.dimension.flatMap(Self.scale), at: .units)
      }
    }
    let own: Set<BillArithmetic.Role> = isFixed ? [] : [.users, .volume, .misses, .units]
    let others = line.common.filter { !own.contains($0.role) }.map(\.value)
    let terms = line.terms.map { $0.map(\.value) }
    let sum = terms.isEmpty ? 1 : terms.reduce(0) { $0 + $1.reduce(1, *) }
    let texts =
      others.map(Self.text)
      + (terms.isEmpty
        ? []
        : [
          "("
            + terms.map { $0.isEmpty ? "1" : $0.map(Self.text).joined(separator: "*") }
            .joined(separator: "+") + ")"
        ])
    book.write(
      formula: "=" + (texts.isEmpty ? "1" : texts.joined(separator: "*")),
      value: others.reduce(sum, *), cell(.others), of: sheet, book.format("#,##0.0#####"))
    scaled(line.price, .prices, at: .price)
    book.write(line.per, cell(.per), of: sheet, book.format("#,##0"))
    let factors: [ColumnOfLine] =
      isFixed
      ? [.others, .price]
      : [.users, .volume] + (factor(.misses) == nil ? [] : [.misses]) + [.units, .others, .price]
    book.write(
      formula: "=" + factors.map { cell($0).name }.joined(separator: "*") + "/" + cell(.per).name,
      value: line.amount(digits: 17), cell(.cost), of: sheet, money)
  }

  /// nil: a call is billed as such, and has no size.
  private static func scale(_ dimension: BillingDimension) -> Scale? {
    if dimension == .calls { return nil }
    guard dimension.isTokens else { return .otherUnits }
    var root = dimension
    while let parent = root.parent { root = parent }
    return root == .outputTokens ? .outputTokens : .inputTokens
  }

  /// The units of tokens that are read from a prompt cache, or of those that the same calls write to it or
  /// send fresh, which are more where fewer are read; nil: the line has nothing to do with that.
  private func shifted(_ line: BillArithmetic.Line) -> (formula: String, units: Double)? {
    let (tokens, reads) = (Scale.inputTokens.place.fixedName, Scale.reads.place.fixedName)
    if line.dimension == .cacheReadTokens {
      guard Self.partner(of: line, in: arithmetic.lines) != nil else { return nil }
      return ("=\(tokens)*\(reads)*\(Self.text(line.units))", line.units)
    }
    let read = arithmetic.lines.filter {
      $0.dimension == .cacheReadTokens
        && Self.partner(of: $0, in: arithmetic.lines)?.dimension == line.dimension
        && $0.callsAreThose(of: line)
    }.reduce(0) { $0 + $1.units }
    guard read > 0 else { return nil }
    let sum = "\(Self.text(line.units))+\(Self.text(read))*(1-\(reads))"
    return ("=\(tokens)*(\(sum))", line.units)
  }

  /// Where the tokens of a line of reads go that are not read.
  private static func partner(
    of line: BillArithmetic.Line, in lines: [BillArithmetic.Line]
  ) -> BillArithmetic.Line? {
    let ways: [BillingDimension] = [.cacheWriteTokens, .cacheWriteLongTokens, .inputTokens]
    return ways.lazy.compactMap { way in
      lines.first { $0.dimension == way && $0.callsAreThose(of: line) }
    }.first
  }

  /// With all digits that matter, in plain decimals.
  private static func text(_ value: Double) -> String { BillArithmetic.text(value, 15) }

  // MARK: The bill

  private func writeEnd(_ budget: MoneySum?) {
    let cost = ColumnOfLine.cost.rawValue
    let last = Self.firstLine + arithmetic.lines.count - 1
    var row = last + 1
    let products =
      "SUM(\(Workbook.Place(Self.firstLine, cost).name):\(Workbook.Place(last, cost).name))"
    let sum = arithmetic.lines.reduce(0) { $0 + $1.amount(digits: 17) }
    func line(
      _ label: String, _ formula: String, _ value: Double, _ label2: Workbook.Format = .plain
    ) {
      book.write(label, Workbook.Place(row, 0), of: sheet, label2)
      book.write(formula: "=" + formula, value: value, Workbook.Place(row, cost), of: sheet, money)
      row += 1
    }
    let (count, smaller) = arithmetic.smaller
    let rest = smaller + arithmetic.rest
    if rest != 0, sum > 0 {
      let what =
        count > 0 ? HumanFormat.plural(Int64(count), "smaller product") : "what is no product"
      line(
        "\(what), in proportion to those above", "\(products)*\(Self.text(rest / sum))", rest)
    }
    let total = row
    line(
      "The bill",
      "SUM(\(Workbook.Place(Self.firstLine, cost).name):"
        + "\(Workbook.Place(row - 1, cost).name))", sum + rest, bold)
    line(
      "per user", "\(Workbook.Place(total, cost).name)/MAX(1,\(Scale.users.place.fixedName))",
      (sum + rest) / Double(max(1, arithmetic.users)))
    if let budget = budget?.dollars {
      line(
        "Budget remaining", "\(Self.text(budget))-\(Workbook.Place(total, cost).name)",
        budget - sum - rest)
    }
  }
}

extension BillArithmetic.Line {
  /// Of each call or conversation.
  fileprivate var units: Double { common.first { $0.role == .units }?.value ?? 1 }

  /// Whether two lines are of the same calls, told in the same way.
  fileprivate func callsAreThose(of other: BillArithmetic.Line) -> Bool {
    useCase == other.useCase && model == other.model && terms.isEmpty && other.terms.isEmpty
      && common.filter { $0.role != .units } == other.common.filter { $0.role != .units }
  }
}
