import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator

/// `solve` against brute force, and where there is no answer.
@Suite struct SolverTests {
  private func setUp(
    _ more: String = "", overrides: [String] = [], runs: Int? = nil
  ) throws -> (assessor: Assessor, scenario: Scenario) {
    let folder = try SmallCompany.folder(more)
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: overrides)
    return (Assessor(read.tree, scenario: read.scenario, runs: runs, threads: 2), read.scenario)
  }

  private func knob(_ name: String, _ assessor: Assessor) throws -> Knob {
    try #require(Knob(name, in: assessor.tree))
  }

  private func solve(
    _ name: String, _ assessor: Assessor, _ limits: [Limit],
    in range: ClosedRange<Double>? = nil
  ) throws -> Solution {
    try Solver(assessor: assessor, limits: limits, months: 1)
      .solve(knob(name, assessor), in: range)
  }

  /// A bill a millionth over its budget: a change as small as that is no row "2,000 → 2,000".
  @Test func changesTooSmallToBeShownAreNoRows() throws {
    let (assessor, scenario) = try setUp()
    let bill = try assessor.assess([Assessor.Variant()])[0][0].cost
    let answer = try SolveAnswer(
      assessor, scenario: scenario, knob: try knob("users", assessor),
      limits: [.budget(bill * (1 - 1e-6))], in: nil)
    #expect(!answer.others.isEmpty)
    let page = SolveMarkdown.text(answer)
    #expect(page.contains("A change too small to be shown is enough of each of these alone: "))
    for row in page.split(separator: "\n") where row.hasPrefix("|") {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(cells.count < 3 || cells[1] != cells[2] || cells[1].allSatisfy { "-:".contains($0) })
    }
  }

  /// By hand: a user's 100 chats cost 100 × (0.8 × $0.0006 + 0.2 × $0.014) = $0.328 and 10 reports $0.24,
  /// $0.568 together. Of 90 % starters and 10 % enterprise users the sixth is the first of the latter: a
  /// tenth of six is more than six less five starters are behind theirs. With 50 times the chats that
  /// one adds 50 × $0.328 + $0.24 = $16.64 to the $2.84 of five: $19.48, more than $10.
  @Test func aUserWhoMakesTheBillJumpIsExplained() throws {
    func page(_ factor: Int, budget: Double) throws -> String {
      let (assessor, scenario) = try setUp(
        "users: { account_plans: { starter: 90%, enterprise: 10% } }",
        overrides: ["workloads.chat.volume_by_account_plan={enterprise: \(factor)}"])
      return SolveMarkdown.text(
        try SolveAnswer(
          assessor, scenario: scenario, knob: try knob("users", assessor),
          limits: [.budget(budget)], in: nil))
    }
    let jump = try page(50, budget: 10)
    #expect(jump.contains("**5 users** is the most"))
    #expect(jump.contains("that is $2.84 a month, while 6 users would be $19.48 a month."))
    #expect(jump.contains("User 6 is of the account plan enterprise and adds $16.64 a month, "))
    #expect(jump.contains("where the users before add $0.568 each on average."))
    #expect(jump.contains("one of an account plan with a volume of its own does."))
    // With volumes that are all alike 17 users cost 17 × $0.568 = $9.656, and nobody is to blame.
    let alike = try page(1, budget: 10)
    #expect(alike.contains("**17 users** is the most"))
    #expect(!alike.contains("is of the account plan") && !alike.contains("of its own does"))
  }

  /// What is printed is fed back as a user would: it keeps the limit itself. Of budgets and inputs of every
  /// unit, whose limits lie where four digits do not.
  @Test(arguments: [
    "users", "workloads.chat.volume", "workloads.chat.mix.easy.share",
    "workloads.chat.mix.hard.output",
    "workloads.report.input.cv", "prices.large.output", "workloads.*.volume*", "prices.***",
    "cache.classes.default.hit_rate", "workloads.report.input.mean",
  ])
  func whatIsPrintedKeepsTheLimit(name: String) throws {
    let (assessor, _) = try setUp(
      "cache: { mode: rate, classes: { default: { ttl: 1h, hit_rate: 30% } } }")
    let knob = try knob(name, assessor)
    let bill = try assessor.assess([Assessor.Variant()])[0][0].cost
    for factor in [0.937, 0.99937, 1.00371, 1.137] {
      let limit = Limit.budget(bill * factor)
      let solution = try solve(name, assessor, [limit])
      guard let value = solution.answer else { continue }
      let text = InputWords.exact(value, of: knob.isFactor ? .share : knob.kind)
      let digits = text.filter { $0.isNumber || $0 == "." }
      // As many digits as are read, and no more than four that are not zero.
      #expect(digits.filter { $0 != "." }.count <= 6, "\(name): \(text)")
      let stated = text.replacing("−", with: "-").replacing(",", with: "")
      let number = stated.split(separator: " ")[0].replacing("$", with: "")
      let isShare = text.hasSuffix("%")
      let typed = try #require(Double(number)) / (isShare ? 100 : 1)
      let again = try assessor.assess([Assessor.Variant(settings: knob.settings(typed))])[0][0]
      #expect(limit.isKept(again, months: 1), "\(name) at \(text): \(again.cost)")
    }
  }

  /// By hand: 100 chats and 10 reports cost $0.328 and $0.24 a user (above), $5.68 with 10. A token more in
  /// each of the 800 easy answers costs $0.0016, so that $5.70 leaves room for 12.5 of them: 112 is the
  /// answer.
  @Test func answersOfEveryUnitAreRoundedToTheSideThatHolds() throws {
    #expect(InputKind.share.readable(0.903512, .up) == 0.9036)
    #expect(InputKind.share.readable(0.903512, .down) == 0.9035)
    #expect(InputKind.share.readable(0.9035, .up) == 0.9035)
    #expect(InputKind.money.readable(1_234.567, .down) == 1_234.56)
    #expect(InputKind.money.readable(0.0032567, .up) == 0.003257)
    #expect(InputKind.number.readable(123_456.7, .down) == 123_456)
    #expect(InputKind.price(per: "1M tokens").readable(1.14159, .down) == 1.141)
    // 3.217 s is shown as 3.2 s, 154.3 min as 2.6 h.
    #expect(InputKind.duration.readable(3.217, .down) == 3.2)
    #expect(InputKind.duration.readable(3.217, .up) == 3.3)
    #expect((InputKind.duration.readable(9_258, .up) - 9_360).magnitude < 1e-6)
    #expect(InputWords.exact(3.3, of: .duration) == "3.3 s")
    #expect(InputWords.exact(0.9036, of: .share) == "90.36 %")
    #expect(InputWords.exact(1_234.5, of: .money) == "$1,234.50")
    let (assessor, _) = try setUp()
    let solution = try solve("workloads.chat.mix.easy.output", assessor, [.budget(5.7)])
    #expect(solution.verdict == .upTo(112))
  }

  /// Every number of users from 1 to 20, one by one: the answer is the last that keeps the limit.
  @Test(arguments: [
    Limit.budget(10), .budget(3.7), .overrun(0.05), .overrun(0.3),
  ])
  func usersAgreeWithBruteForce(limit: Limit) throws {
    let (assessor, _) = try setUp()
    let users = try knob("users", assessor)
    let all = try assessor.assess(
      (1...20).map { Assessor.Variant(settings: users.settings(Double($0))) }
    ).map { $0[0] }
    let kept = all.map { limit.isKept($0, months: 1) }
    let last = try #require(kept.lastIndex(of: true)) + 1
    #expect(kept == (1...20).map { $0 <= last })
    let solution = try solve("users", assessor, [limit])
    #expect(solution.verdict == .upTo(Double(last)))
    #expect(solution.isMonotone && solution.beyond?.value == Double(last + 1))
  }

  /// The same by simulation, where the months of all plans share their luck.
  @Test func simulatedUsersAgreeWithBruteForce() throws {
    let (assessor, scenario) = try setUp(overrides: ["workloads.chat.volume=20"], runs: 2)
    let users = try knob("users", assessor)
    let limit = Limit.budget(2)
    let kept = try (1...20).filter { count in
      let variant = try assessor.tree.scenario(users.settings(Double(count)))
      let bills = try (1...2).map {
        try Simulation(variant).result(of: variant.plans[0], run: $0).cost.dollars
      }
      return bills[0] + bills[1] <= 2 * limit.limit
    }
    let solution = try solve("users", assessor, [limit])
    #expect(solution.answer == kept.last.map(Double.init))
    #expect(kept == Array(1...(kept.last ?? 0)) && scenario.plans.count == 1)
  }

  /// An input that is cheaper the larger it is has a least value; a grid of hundredths agrees.
  @Test func aHitRateHasALeastValue() throws {
    let (assessor, _) = try setUp("cache: { mode: rate, default: { hit_rate: 50% } }")
    let rate = try knob("cache.default.hit_rate", assessor)
    let limit = Limit.budget(3)
    let grid = try assessor.assess(
      (0...100).map { Assessor.Variant(settings: rate.settings(Double($0) / 100)) })
    let first = try #require(grid.firstIndex { limit.isKept($0[0], months: 1) })
    let solution = try solve("cache.default.hit_rate", assessor, [limit])
    guard case .from(let value) = solution.verdict else {
      Issue.record("\(solution.verdict)")
      return
    }
    #expect(value <= Double(first) / 100 + 1e-4 && value > Double(first - 1) / 100)
    #expect(solution.isMonotone)
  }

  @Test func aFactorScalesSeveralInputs() throws {
    let (assessor, scenario) = try setUp()
    let base = Outcome(expected: scenario, plan: scenario.plans[0]).cost
    let solution = try solve("workloads.*.volume*", assessor, [.budget(base / 2)])
    let answer = try #require(solution.answer)
    #expect(answer <= 0.5 && answer > 0.4999)
  }

  @Test func allOrNothingIsSaid() throws {
    let (assessor, _) = try setUp()
    #expect(
      try solve("workloads.chat.mix.easy.share", assessor, [.budget(100)]).verdict == .all)
    let none = try solve("workloads.report.volume", assessor, [.budget(0.2)])
    #expect(none.verdict == .none && none.answer == nil && none.beyond == nil)
    #expect(try solve("users", assessor, [.budget(10)], in: 1...3).verdict == .all)
    #expect(try solve("users", assessor, [.budget(10)], in: 100...120).verdict == .none)
  }

  /// A price tier that makes long calls cheaper: the bill falls where it begins, and that is said.
  @Test func whatGoesUpAndDownIsSaid() throws {
    let tier = "{above: 2K tokens, input: $1 per 1M tokens, output: $1 per 1M tokens}"
    let (assessor, _) = try setUp(
      overrides: ["workloads.report.input=1000", "prices.large.tiers=[\(tier)]"])
    let solution = try solve("workloads.report.input", assessor, [.budget(9)], in: 500...4_500)
    #expect(!solution.isMonotone)
  }

  /// Values that the scenario cannot have are passed over: a pool of no prompts, say.
  @Test func impossibleValuesAreLeftOut() throws {
    let (assessor, _) = try setUp(
      "cache: { mode: keyed, default: { ttl: 1h } }",
      overrides: ["workloads.chat.prompts={pool: 20}"])
    let solution = try solve("workloads.chat.prompts.pool", assessor, [.budget(5)])
    #expect(solution.points.allSatisfy { $0.value >= 1 } && solution.points.count > 3)
  }
}
